export { ActionList, ActionName, ActionRecord, Effect, JsonSchema, effects, type ActionDraft } from './action.js';
export { Assignment, microUsdFromUsd, usdFromMicroUsd } from './assignment.js';
export {
  DirectiveList,
  DirectiveState,
  DirectiveView,
  OutputView,
  PlanView,
  Priority,
  SubmitAccepted,
  SubmitDirective,
  directiveStates,
  finalDirectiveStates,
  restingDirectiveStates,
} from './directive.js';
export { CocError, Fault, Problem, StartRefusal, errorCodes, type ErrorCode } from './error.js';
export { DirectiveEvent, EventList, EventType, eventTypes, finalEventTypes } from './event.js';
export {
  formatAttemptId,
  formatDirectiveId,
  formatTaskIndex,
  isDirectiveId,
  parseAttemptId,
  parseTaskIndex,
  shardOfDirective,
  type AttemptId,
} from './ids.js';
export { Json, jsonDepth } from './json.js';
export { limits } from './limits.js';
export { ArtifactEntry, FailureClass, ReportedFailure, ReportedOutput, Usage, failureClasses } from './outcome.js';
export type { Plan, PlannedTask } from './plan.js';
export { Principal, localPrincipal } from './principal.js';
export { actionOfQueue, actionQueue, parseQueueName, roomQueue, rooms, type Room } from './queue-names.js';
export { InputReference, ItemReference, Reference, TaskReference, looksLikeReference } from './reference.js';
export { RoomBatch, RoomMessage } from './room-message.js';
export { globalRoot, shardRoot, tenantRoot } from './shard-root.js';
export { TaskMessage, schemaVersion } from './task-message.js';
export {
  Budget,
  Policies,
  TaskSpec,
  TaskState,
  TaskView,
  WaitKind,
  WaitingOn,
  finalTaskStates,
  waitKinds,
} from './task.js';
export { TraceEvent, TraceHead, TraceNote, traceVersion } from './trace-line.js';
