import type { SeededRandom } from '../run/seeded-random.js';
import {
  approval,
  cancelled,
  expiring,
  onceOnly,
  overrun,
  paused,
  rated,
  sharedKey,
  tightBudget,
} from './bound-shapes.js';
import type { Draft } from './draft.js';
import { chain, diamond, failure, fan, forEach, optionalFailure, retries } from './plain-shapes.js';

type Shape = (random: SeededRandom) => Draft;

/** How often each comes, of a hundred. */
const shapes: readonly [Shape, number][] = [
  [chain, 16],
  [diamond, 12],
  [fan, 10],
  [forEach, 10],
  [optionalFailure, 5],
  [retries, 8],
  [failure, 3],
  [tightBudget, 6],
  [overrun, 2],
  [onceOnly, 6],
  [sharedKey, 5],
  [rated, 3],
  [expiring, 3],
  [cancelled, 5],
  [paused, 4],
  [approval, 5],
];

/** Drafts with at least so many tasks in all, and each shape once if there is room for it; the same for the same seed. */
export function generateLoad(random: SeededRandom, tasks: number): Draft[] {
  const deck = shapes.flatMap(([shape, share]) => Array.from({ length: share }, () => shape));
  const drafts = random.shuffle(shapes.map(([shape]) => shape(random)));
  let count = drafts.reduce((sum, { body }) => sum + body.tasks.length, 0);
  while (count < tasks) {
    const next = random.pick(deck)(random);
    drafts.push(next);
    count += next.body.tasks.length;
  }
  return drafts;
}
