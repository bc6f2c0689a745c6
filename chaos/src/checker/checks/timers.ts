import { violationOf, type Evidence, type StoredEvent, type Violation } from '../evidence.js';
import { attemptsOf } from '../story.js';
import { knownOf, taskOf, type Known } from '../submissions.js';

const violation = violationOf('no timer fires early');

/** By Redis' clock: an attempt comes no sooner after a failure than its delay, a directive's end no sooner than its TTL, a refusal no sooner than said. */
export function checkTimers(evidence: Evidence): Violation[] {
  return knownOf(evidence).flatMap((known) => [...earlyRetries(known, evidence), ...earlyEnds(known)]);
}

/** When the attempt that failed was last known to be alive: its end in the queue, else its grant. */
function failedAtMs(id: string, retried: StoredEvent, granted: StoredEvent, { queueEntries }: Evidence): number {
  const attempt = String(retried.data['attempt']);
  const ends = queueEntries.filter(({ event, jobId, atMs }) => {
    const [directive, , number] = jobId.split('.');
    return event === 'failed' && directive === id && number === attempt && atMs >= granted.atMs && atMs <= retried.atMs;
  });
  // Of other tasks of the directive, too: the earliest is no later than its own.
  return Math.min(...ends.map(({ atMs }) => atMs), retried.atMs, ends.length === 0 ? granted.atMs : Infinity);
}

function earlyRetries({ id, body, events }: Known, evidence: Evidence): Violation[] {
  const attempts = attemptsOf(events);
  return attempts.flatMap(({ task, attempt, queued, ended }) => {
    const next = attempts.find((other) => other.task === task && other.queued.seq > queued.seq);
    if (ended?.type !== 'task.retried' || !next) return [];
    const spec = taskOf(body, task)!;
    const delayMs = spec.backoff === 'fixed' ? (spec.retryDelayMs ?? 0) : 0;
    const dueMs = Math.max(Number(ended.data['retryAtMs']), failedAtMs(id, ended, queued, evidence) + delayMs);
    if (next.queued.atMs >= dueMs) return [];
    return [
      violation(id, task, `attempt ${attempt + 1} came ${dueMs - next.queued.atMs} ms early`, {
        queued,
        ended,
        next: next.queued,
      }),
    ];
  });
}

function earlyEnds({ id, body, events }: Known): Violation[] {
  const ttlAtMs = events[0]!.atMs + (body.ttlMs ?? Infinity);
  return events.flatMap((event) => {
    if (event.type === 'directive.timeout' && event.atMs < ttlAtMs)
      return [violation(id, null, 'it timed out before its TTL', event)];
    if (event.type !== 'task.denied' || event.data['expired'] !== true) return [];
    const held = events.findLast(
      ({ type, task, seq }) => type === 'task.held' && task === event.task && seq < event.seq,
    );
    const isEarly = event.atMs < Number(held?.data['expiresAt'] ?? 0);
    return isEarly ? [violation(id, event.task, 'a question was closed before its time', { held, event })] : [];
  });
}
