import { violationOf, type Evidence, type Violation } from '../evidence.js';
import type { Glimpse } from '../glimpse.js';
import { linesOf } from '../submissions.js';

const violation = violationOf('7 an outcome is kept until it is settled');
/** Between what a fault did and its line in the history. */
const toldWithinMs = 2_000;

/**
 * As long as an attempt is in flight the readers have not passed its outcome, and its job, with the outcome in it, is there: nothing else could say how
 * it ended. Only a fault may take the job.
 */
export function checkOutcomesKept(evidence: Evidence): Violation[] {
  return evidence.glimpses.flatMap((glimpse) => {
    if (glimpse.what === 'directive') return [];
    const id = glimpse.jobId.split('.')[0]!;
    if (glimpse.what === 'no job')
      return wasDestroyed(glimpse, evidence) ? [] : [violation(id, null, 'its job is gone, and its attempt is not settled', glimpse)];
    const message = glimpse.isPassed
      ? 'the readers passed its outcome, and it is not settled'
      : 'its outcome is not settled, and the job is gone';
    return glimpse.isPassed || !wasDestroyed(glimpse, evidence) ? [violation(id, null, message, glimpse)] : [];
  });
}

function wasDestroyed({ queue, atMs }: Extract<Glimpse, { queue: string }>, evidence: Evidence): boolean {
  return linesOf(evidence, 'fault').some(
    (line) =>
      line.detail['what'] === 'obliterated' &&
      String(line.detail['queue']).endsWith(`:${queue}`) &&
      line.atMs < atMs + toldWithinMs,
  );
}
