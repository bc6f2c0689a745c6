export { Gatherer } from './gatherer.js';
export {
  classifyOutput,
  parseFailedReason,
  parseReturnValue,
  type ClassifiedFailure,
  type ClassifiedReturn,
} from './classify-outcome.js';
export { approvalDigest, type ApprovalSubject } from './approval-digest.js';
export { catalogLookup, type CatalogLookup } from './catalog-lookup.js';
export { canonicalJson } from './canonical-json.js';
export { refuseApprover } from './decide-approver.js';
export { evaluateCondition } from './conditions/evaluate-expression.js';
export { decideCheckpoint, type CheckpointMoment, type CheckpointTerms } from './decide-checkpoint.js';
export { decideRetry, hadSucceeded, isDoubtful, type RetryDecision } from './retry/decide-retry.js';
export { StoryFold } from './retry/story.fold.js';
export { decidePlan, type PlanDecision } from './decide-plan.js';
export {
  decideSettlement,
  type AttemptFailure,
  type SettledTask,
  type SettlementVerdict,
} from './decide-settlement.js';
export { inputLimitOf, inputTooLarge } from './input-limit.js';
export { type PlanRequest } from './plan-request.js';
export { decideWorkflowForIntent, type WorkflowChoice, type WorkflowDescription } from './decide-workflow.js';
export { allowedFrom, decideClose, isTransitionAllowed, type CloseCounts } from './directive-lifecycle.js';
export { decideFanOut, type FanOutDecision } from './expand-fan-out.js';
export { type PolicyFailure } from './policy-failure.js';
export { askAgain, respecifyTasks, type EarlierTask } from './respecify-tasks.js';
export {
  collectReferences,
  resolveReferences,
  type CollectedReferences,
  type LocatedReference,
  type ReferenceSources,
  type ResolvedReferences,
} from './resolve-references.js';
export { estimateCost, estimatePlan } from './estimate-plan.js';
export { explainWait } from './explain-wait.js';
export { failClosed } from './fail-closed.js';
export {
  decideShedding,
  type MemoryUse,
  type QueueLoad,
  type Reading,
  type ShedLimits,
  type Shedding,
} from './decide-shedding.js';
export { decideWindow, firstWindow } from './decide-window.js';
export { houseRulesFor, type House, type HouseRules } from './house-rules.js';
export { fallbackOfAttempt, modelOfAttempt } from './model-of-attempt.js';
export { askedRisk } from './risk/index.js';
export { shiftPlan } from './shift-plan.js';
export { SchemaValidator, type SchemaFault } from './schema-validator.js';
