import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { knownOf } from '../submissions.js';

const violation = violationOf('4 no task after the TTL');

/** By Redis' clock: nothing is granted when the directive's time is over. */
export function checkDispatchInTime(evidence: Evidence): Violation[] {
  return knownOf(evidence).flatMap(({ id, body, events }) => {
    const acceptedMs = events[0]?.atMs ?? 0;
    const endMs = acceptedMs + (body.ttlMs ?? Infinity);
    return events
      .filter(({ type, atMs }) => type === 'task.queued' && atMs > endMs)
      .map((event) => violation(id, event.task, `it was granted ${event.atMs - endMs} ms after the TTL`, event));
  });
}
