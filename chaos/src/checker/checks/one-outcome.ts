import { violationOf, type Evidence, type StoredEvent, type Violation } from '../evidence.js';
import { attemptsOf, taskEnds } from '../story.js';
import { knownOf, storedTasks, type Known, type StoredTask } from '../submissions.js';

const violation = violationOf('1 one accepted outcome');

/** A task ends once; its outcome is of the attempt that was its last, and of the very fence that is on record. */
export function checkOneOutcome(evidence: Evidence): Violation[] {
  return knownOf(evidence).flatMap((known) => [
    ...endsTwice(known),
    ...wrongWords(known),
    ...wrongFences(known, evidence),
  ]);
}

function endsTwice({ id, events }: Known): Violation[] {
  const ends = Map.groupBy(
    events.filter(({ type }) => type in taskEnds),
    ({ task }) => task,
  );
  return [...ends]
    .filter(([, list]) => list.length > 1)
    .map(([task, list]) => violation(id, task, `it ended ${list.length} times`, list));
}

/** A worker that fails as it was ordered to says in which attempt. */
function wrongWords({ id, events }: Known): Violation[] {
  return events.flatMap((event) => {
    const { message } = event.data;
    const said = typeof message === 'string' ? /^attempt (\d+) fails as ordered/.exec(message)?.[1] : undefined;
    if (said === undefined || Number(said) === event.data['attempt']) return [];
    return [
      violation(id, event.task, `attempt ${String(event.data['attempt'])} got the outcome of attempt ${said}`, event),
    ];
  });
}

function wrongFences(known: Known, evidence: Evidence): Violation[] {
  const tasks = storedTasks(known.stored);
  const last = new Map(attemptsOf(known.events).map((attempt) => [attempt.task, attempt.attempt]));
  return known.events
    .filter(({ type, data }) => type === 'task.completed' && data['attempt'] !== undefined)
    .flatMap((event) => wrongFence(known.id, event, last.get(event.task!), tasks.get(event.task!), evidence));
}

function wrongFence(
  id: string,
  event: StoredEvent,
  lastAttempt: number | undefined,
  stored: StoredTask | undefined,
  { ledger }: Evidence,
): Violation[] {
  const { task, data } = event;
  const { output, nonce } = stored ?? {};
  if (data['attempt'] !== lastAttempt)
    return [
      violation(id, task, `attempt ${String(data['attempt'])} was accepted, ${lastAttempt} was the current one`, event),
    ];
  // A human may have said what became of it: then nobody's fence is in the output.
  if (output === undefined || output['nonce'] === 'human') return [];
  if (output['nonce'] !== nonce || output['attempt'] !== data['attempt'])
    return [violation(id, task, 'the output on record is of another fence than the record', { event, stored })];
  const committed = ledger.some((line) => line.phase === 'commit' && line.nonce === nonce && line.directive === id);
  return committed ? [] : [violation(id, task, 'the witness never saw the accepted attempt commit', { event, stored })];
}
