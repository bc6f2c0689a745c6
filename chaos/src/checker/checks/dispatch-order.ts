import { violationOf, type Evidence, type StoredEvent, type Violation } from '../evidence.js';
import { taskEnds } from '../story.js';
import { dependenciesOf, knownOf, taskOf, type Known } from '../submissions.js';

const violation = violationOf('4 no task before its dependencies');

/** By the story: a grant comes after the success of all it depends on. By the witness: so does the work itself. */
export function checkDispatchOrder(evidence: Evidence): Violation[] {
  return knownOf(evidence).flatMap((known) => [...earlyGrants(known), ...earlyStarts(known, evidence)]);
}

function earlyGrants({ id, body, events }: Known): Violation[] {
  const ended = new Map<string, StoredEvent>();
  const violations: Violation[] = [];
  for (const event of events) {
    if (event.task === null) continue;
    if (event.type in taskEnds) ended.set(event.task, event);
    if (event.type !== 'task.queued') continue;
    const missing = dependenciesOf(taskOf(body, event.task)!).filter(
      (name) => !frees(ended.get(name), taskOf(body, name)),
    );
    if (missing.length > 0)
      violations.push(violation(id, event.task, `it was granted before ${missing.join(', ')} had succeeded`, event));
  }
  return violations;
}

function frees(
  end: StoredEvent | undefined,
  task: { optional?: boolean; continueOnFailure?: boolean } | undefined,
): boolean {
  if (!end) return false;
  return end.type === 'task.completed' || task?.optional === true || task?.continueOnFailure === true;
}

function earlyStarts({ id, body, events }: Known, { ledger }: Evidence): Violation[] {
  const own = ledger.filter(({ directive }) => directive === id);
  const completed = new Set(events.filter(({ type }) => type === 'task.completed').map(({ task }) => task));
  const resolved = new Set(events.filter(({ type }) => type === 'task.resolved').map(({ task }) => task));
  const firstCommits = new Map(
    own
      .filter(({ phase }) => phase === 'commit')
      .toReversed()
      .map((line) => [line.task, line.seq]),
  );
  return own
    .filter(({ phase }) => phase === 'start')
    .flatMap((start) => {
      const needed = dependenciesOf(taskOf(body, start.task)!).filter(
        (name) => completed.has(name) && !resolved.has(name),
      );
      const late = needed.filter((name) => (firstCommits.get(name) ?? -1) > start.seq);
      return late.length === 0
        ? []
        : [violation(id, start.task, `it was at work before ${late.join(', ')} had committed`, start)];
    });
}
