import { violationOf, type Evidence, type StoredDirective, type Violation } from '../evidence.js';
import { finalEvents, restingStates } from '../story.js';
import { linesOf, storedTasks } from '../submissions.js';

const violation = violationOf('3 every directive ends');
const graceMs = 30_000;

/** Everything has ended when the run has: humans answered all holds. What has a TTL ended soon after it, or after the faults. */
export function checkAllEnded(evidence: Evidence): Violation[] {
  const faultsOverMs = linesOf(evidence, 'phase').find(({ phase }) => phase === 'faults-over')?.atMs ?? Infinity;
  return evidence.directives.flatMap((directive) =>
    restingStates.includes(directive.record['state'] ?? '') ? late(directive, faultsOverMs) : [open(directive)],
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
