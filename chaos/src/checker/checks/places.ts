import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { attemptsOf } from '../story.js';
import { knownOf, taskOf } from '../submissions.js';

const violation = violationOf('4 no more at work than the key allows');

interface Change {
  atMs: number;
  by: 1 | -1;
  directive: string;
  task: string;
}

/** Tasks of one concurrency key that are granted and not ended, over all directives: at no moment more than its limit. */
export function checkPlaces(evidence: Evidence): Violation[] {
  const changes = new Map<string, Change[]>();
  const limits = new Map<string, number>();
  for (const { id, body, events } of knownOf(evidence)) {
    for (const { task, queued, ended } of attemptsOf(events)) {
      const key = taskOf(body, task)?.concurrency;
      if (!key) continue;
      limits.set(key.key, key.limit);
      const list = changes.get(key.key) ?? [];
      list.push({ atMs: queued.atMs, by: 1, directive: id, task });
      if (ended) list.push({ atMs: ended.atMs, by: -1, directive: id, task });
      changes.set(key.key, list);
    }
  }
  return [...changes].flatMap(([key, list]) => overLimit(key, limits.get(key)!, list));
}

/** Events have milliseconds: within one, places are left before they are taken. */
function overLimit(key: string, limit: number, changes: readonly Change[]): Violation[] {
  let atWork = 0;
  for (const change of changes.toSorted((a, b) => a.atMs - b.atMs || a.by - b.by)) {
    atWork += change.by;
    if (atWork > limit)
      return [
        violation(change.directive, change.task, `${atWork} tasks of ${key} are at work, ${limit} may be`, change),
      ];
  }
  return [];
}
