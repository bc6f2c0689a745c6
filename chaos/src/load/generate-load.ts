import { SeededRandom } from '../run/seeded-random.js';
import {
  asking,
  cancelled,
  expiring,
  onceOnly,
  overrun,
  paused,
  rated,
  sharedKey,
  tightBudget,
} from './bound-shapes.js';
import { homeTenant, type Draft } from './draft.js';
import { chain, diamond, failure, fan, forEach, optionalFailure, retries } from './plain-shapes.js';

type Shape = (random: SeededRandom) => Draft;

const otherTenants = ['acme', 'blue'];
const othersShare = 0.2;

/** How often each comes, of a hundred. */
const shapes: readonly [Shape, number][] = [
  [chain, 14],
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
  [paused, 6],
  [asking('approve'), 2],
  [asking('edit'), 2],
  [asking('deny'), 1],
];

/** Which part of it is wanted. */
export interface LoadTerms {
  /** Names of shapes; all of them when it says none. */
  shapes?: readonly string[] | undefined;
  /** Least and most that any work of it takes. */
  workMs?: readonly [number, number] | undefined;
  /** Some of it is of other tenants. */
  tenants: boolean;
}

/** As its drafts say. */
function nameOf(shape: Shape): string {
  return shape(new SeededRandom(0)).shape;
}

export const shapeNames: readonly string[] = [...new Set(shapes.map(([shape]) => nameOf(shape)))];

/** Shapes that need no human: other tenants have none. */
const quiet = new Set(['chain', 'diamond', 'fan', 'for-each', 'optional-failure', 'retries', 'failure']);

/** Gives it to a tenant, whose word then stands in every input and output of it, and must stand nowhere else. */
function owned(draft: Draft, random: SeededRandom, tenants: boolean): Draft {
  const isOther = random.chance(othersShare) && quiet.has(draft.shape) && tenants;
  const tenant = isOther ? random.pick(otherTenants) : homeTenant;
  const tasks = draft.body.tasks.map((task) => ({ ...task, input: { ...task.input, canary: `canary-of-${tenant}` } }));
  return { ...draft, tenant, body: { ...draft.body, tasks } };
}

function limited(draft: Draft, [least, most]: readonly [number, number]): Draft {
  const tasks = draft.body.tasks.map((task) => ({
    ...task,
    input: { ...task.input, ms: Math.max(least, Math.min(most, (task.input?.['ms'] as number | undefined) ?? 0)) },
  }));
  return { ...draft, body: { ...draft.body, tasks } };
}

/** Drafts with at least so many tasks in all, and each shape once; no work shorter or longer than `workMs` says. The same for the same seed. */
export function generateLoad(random: SeededRandom, tasks: number, terms: LoadTerms): Draft[] {
  const { shapes: names, workMs = [0, Infinity], tenants } = terms;
  const wanted = shapes.filter(([shape]) => (names ?? shapeNames).includes(nameOf(shape)));
  const deck = wanted.flatMap(([shape, share]) => Array.from({ length: share }, () => shape));
  const drafts = random.shuffle(wanted.map(([shape]) => shape(random)));
  let count = drafts.reduce((sum, { body }) => sum + body.tasks.length, 0);
  while (count < tasks) {
    const next = random.pick(deck)(random);
    drafts.push(next);
    count += next.body.tasks.length;
  }
  return drafts.map((draft) => limited(owned(draft, random, tenants), workMs));
}
