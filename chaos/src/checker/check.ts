import { checkEventOrder } from './checks/event-order.js';
import type { Check, Evidence, Violation } from './evidence.js';

const everyCheck: readonly Check[] = [checkEventOrder];

export function check(evidence: Evidence): Violation[] {
  return everyCheck.flatMap((each) => each(evidence));
}
