import { violationOf, type Evidence, type StoredDirective, type Violation } from '../evidence.js';
import { finalEvents, restingStates } from '../story.js';
import { linesOf, storedTasks } from '../submissions.js';

const violation = violationOf('3 every directive ends');
const graceMs = 30_000;

/** Everything ended in the time that the run gave it: humans answered all holds. What has a TTL ended soon after it, or after the faults. */
export function checkAllEnded(evidence: Evidence): Violation[] {
  const faultsOverMs = linesOf(evidence, 'phase').find(({ phase }) => phase === 'faults-over')?.atMs ?? Infinity;
  const ends = evidence.directives.flatMap((directive) =>
    restingStates.includes(directive.record['state'] ?? '') ? late(directive, faultsOverMs) : [open(directive)],
  );
  return [...undrained(evidence), ...ends];
}

/** Of each that did not rest in time: its tasks as the API showed them then. */
function undrained(evidence: Evidence): Violation[] {
  return linesOf(evidence, 'phase').flatMap(({ phase, detail }) =>
    phase === 'not-drained'
      ? Object.entries(detail as object).map(([id, plan]) => violation(id, null, 'it did not end in time', plan))
      : [],
  );
}

function open(directive: StoredDirective): Violation {
  const waiting = [...storedTasks(directive)]
    .filter(([, task]) => task.state !== undefined && !['succeeded', 'failed', 'skipped'].includes(task.state))
    .map(([task, { state, attempt, waiting: on }]) => ({ task, state, attempt, waitingOn: on }));
  const { state, closing } = directive.record;
  const last = directive.events.slice(-6);
  return violation(directive.id, null, `it is ${state}${closing ? `, closing as ${closing}` : ''}`, { waiting, last });
}

function late({ id, events, record }: StoredDirective, faultsOverMs: number): Violation[] {
  const end = events.at(-1);
  const dueMs = Math.max(Number(record['ttlAt']), faultsOverMs) + graceMs;
  if (!end || !(end.type in finalEvents) || end.atMs <= dueMs) return [];
  return [violation(id, null, `it ended ${Math.round(end.atMs - dueMs)} ms too late`, { end, ttlAt: record['ttlAt'] })];
}
