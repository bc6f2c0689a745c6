import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { attemptsOf } from '../story.js';
import { knownOf, linesOf } from '../submissions.js';

const violation = violationOf('11 no fence is used twice');

/**
 * A nonce belongs to one attempt; and an attempt has as many nonces as it was granted: one, or one more for each time it was taken back. A
 * promotion takes back what was not replicated, so the same attempt may be granted anew, with another nonce.
 */
export function checkFences(evidence: Evidence): Violation[] {
  return [...sharedNonces(evidence), ...surplusNonces(evidence)];
}

function sharedNonces({ ledger, queueEntries }: Evidence): Violation[] {
  const owner = new Map<string, string>();
  const said = [
    ...ledger.map((line) => ({ fence: `${line.effectKey}.${line.attempt}`, nonce: line.nonce, line })),
    ...queueEntries.map((line) => fenceOf(line.jobId, line)),
  ];
  return said.flatMap(({ fence, nonce, line }) => {
    const other = owner.get(nonce);
    owner.set(nonce, fence);
    if (other === undefined || other === fence) return [];
    return [violation(fence.split('.')[0]!, null, `the nonce ${nonce} is of ${other} and of ${fence}`, line)];
  });
}

/** A job's id is `<directive>.<index>.<attempt>.<nonce>`. */
function fenceOf(jobId: string, line: unknown): { fence: string; nonce: string; line: unknown } {
  const parts = jobId.split('.');
  return { fence: parts.slice(0, 3).join('.'), nonce: parts.slice(3).join('.'), line };
}

function surplusNonces(evidence: Evidence): Violation[] {
  const promotions = linesOf(evidence, 'fault').filter(({ name }) => name === 'promotion').length;
  const lines = Map.groupBy(evidence.ledger, ({ directive }) => directive);
  return knownOf(evidence).flatMap(({ id, events }) => {
    const granted = Map.groupBy(attemptsOf(events), ({ task, attempt }) => `${task} ${attempt}`);
    const seen = Map.groupBy(lines.get(id) ?? [], ({ task, attempt }) => `${task} ${attempt}`);
    return [...seen].flatMap(([fence, list]) => {
      const nonces = new Set(list.map(({ nonce }) => nonce));
      if (nonces.size <= (granted.get(fence)?.length ?? 0) + promotions) return [];
      return [
        violation(id, list[0]!.task, `attempt ${list[0]!.attempt} was at work under ${nonces.size} nonces`, list),
      ];
    });
  });
}
