import { checkBudget } from './checks/budget.js';
import { checkEventOrder } from './checks/event-order.js';
import { checkFinalStays } from './checks/final-stays.js';
import { checkStoryFolds } from './checks/story-folds.js';
import type { Check, Evidence, StoredDirective, Violation } from './evidence.js';

const atAnyMoment: readonly Check[] = [checkEventOrder, checkStoryFolds, checkBudget, checkFinalStays];

/** What must hold of a directive whenever it is read, and not only at the end. `history` has what was submitted. */
export function checkMoment(directive: StoredDirective, history: Evidence['history']): Violation[] {
  const moment: Evidence = {
    history,
    ledger: [],
    directives: [directive],
    queueEntries: [],
    leftovers: [],
    spent: [],
    glimpses: [],
  };
  return atAnyMoment.flatMap((each) => each(moment));
}
