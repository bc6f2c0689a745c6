import { checkAcceptedKept } from './checks/accepted-kept.js';
import { checkAllEnded } from './checks/all-ended.js';
import { checkAnswers } from './checks/answers.js';
import { checkApprovals } from './checks/approvals.js';
import { checkAtRest } from './checks/at-rest.js';
import { checkAttempts } from './checks/attempts.js';
import { checkBudget } from './checks/budget.js';
import { checkDispatchInTime } from './checks/dispatch-in-time.js';
import { checkDispatchOrder } from './checks/dispatch-order.js';
import { checkEffects } from './checks/effects.js';
import { checkEventOrder } from './checks/event-order.js';
import { checkFences } from './checks/fences.js';
import { checkFinalStays } from './checks/final-stays.js';
import { checkOneOutcome } from './checks/one-outcome.js';
import { checkPlaces } from './checks/places.js';
import { checkStoppedStays } from './checks/stopped-stays.js';
import { checkStoryFolds } from './checks/story-folds.js';
import { checkTenants } from './checks/tenants.js';
import { checkTimers } from './checks/timers.js';
import type { Check, Evidence, Violation } from './evidence.js';

const everyCheck: readonly Check[] = [
  checkOneOutcome,
  checkFinalStays,
  checkAllEnded,
  checkDispatchOrder,
  checkDispatchInTime,
  checkApprovals,
  checkPlaces,
  checkBudget,
  checkEventOrder,
  checkStoryFolds,
  checkAcceptedKept,
  checkAttempts,
  checkEffects,
  checkStoppedStays,
  checkFences,
  checkTenants,
  checkTimers,
  checkAnswers,
  checkAtRest,
];

/** All that is wrong with what a run left behind; nothing, if nothing is. */
export function check(evidence: Evidence): Violation[] {
  return everyCheck.flatMap((each) => each(evidence));
}
