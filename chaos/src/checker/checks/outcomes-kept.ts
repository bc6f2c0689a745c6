import { violationOf, type Evidence, type Violation, type Glimpse } from '../evidence.js';
import { attemptsOf } from '../story.js';
import { indexOf, linesOf } from '../submissions.js';

type OfJob = Extract<Glimpse, { jobId: string }>;

const violation = violationOf('7 an outcome is kept until it is settled');
/** Between what a fault did and its line in the history. */
const toldWithinMs = 2_000;

/**
 * As long as an attempt is in flight the readers have not passed its outcome, and its job, with the outcome in it, is there: nothing else
 * could say how it ended. Only a fault may take the job.
 */
export function checkOutcomesKept(evidence: Evidence): Violation[] {
  return evidence.glimpses.flatMap((glimpse) => {
    const message = wrongIn(glimpse, evidence);
    return message === undefined ? [] : [violation((glimpse as OfJob).jobId.split('.')[0]!, null, message, glimpse)];
  });
}

function wrongIn(glimpse: Glimpse, evidence: Evidence): string | undefined {
  if (glimpse.what === 'directive') return undefined;
  if (glimpse.what === 'outcome' && glimpse.isPassed) return 'the readers passed its outcome, and it is not settled';
  if (wasDestroyed(glimpse, evidence)) return undefined;
  return glimpse.what === 'outcome'
    ? 'its outcome is not settled, and the job is gone'
    : 'its job is gone, and its attempt is not settled';
}

/** Since the attempt was granted, with the whole queue. */
function wasDestroyed({ queue, jobId, atMs }: OfJob, evidence: Evidence): boolean {
  const grantedMs = grantedAtMs(jobId, evidence);
  return linesOf(evidence, 'fault').some(
    ({ detail, atMs: faultMs }) =>
      detail['what'] === 'obliterated' &&
      String(detail['queue']).endsWith(`:${queue}`) &&
      faultMs > grantedMs - toldWithinMs &&
      faultMs < atMs + toldWithinMs,
  );
}

function grantedAtMs(jobId: string, { directives }: Evidence): number {
  const [id, index, attempt] = jobId.split('.') as [string, string, string];
  const directive = directives.find((each) => each.id === id);
  const grants = attemptsOf(directive?.events ?? []).filter(
    (each) => each.attempt === Number(attempt) && indexOf(directive!, each.task) === index,
  );
  return Math.min(...grants.map(({ queued }) => queued.atMs));
}
