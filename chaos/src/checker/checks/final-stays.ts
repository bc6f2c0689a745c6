import { violationOf, type Evidence, type StoredDirective, type Violation } from '../evidence.js';
import { finalEvents } from '../story.js';
import { linesOf } from '../submissions.js';

const violation = violationOf('2 final never changes');

/** Nothing is told after the event that ends a directive, and nobody was ever answered that it is final and then something else. */
export function checkFinalStays(evidence: Evidence): Violation[] {
  return [...evidence.directives.flatMap(afterTheEnd), ...changedAnswers(evidence)];
}

function afterTheEnd({ id, events, record }: StoredDirective): Violation[] {
  const at = events.findIndex(({ type }) => type in finalEvents);
  if (at < 0) return [];
  const state = finalEvents[events[at]!.type];
  if (at < events.length - 1)
    return [violation(id, null, `events follow ${events[at]!.type}`, events.slice(at, at + 5))];
  return record['state'] === state
    ? []
    : [violation(id, null, `it ended as ${state} and is ${record['state']}`, record)];
}

function changedAnswers(evidence: Evidence): Violation[] {
  const ends = new Map<string, string>();
  const finals = new Set(Object.values(finalEvents));
  return linesOf(evidence, 'answered').flatMap((line) => {
    const { state } = (line.detail ?? {}) as { state?: string };
    if (state === undefined) return [];
    const end = ends.get(line.id);
    if (end !== undefined && end !== state)
      return [violation(line.id, null, `it was answered as ${end}, then as ${state}`, line)];
    if (finals.has(state)) ends.set(line.id, state);
    return [];
  });
}
