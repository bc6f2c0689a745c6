export {
  ActionList,
  ActionName,
  ActionRecord,
  Effect,
  JsonSchema,
  RiskLevel,
  effects,
  type ActionDraft,
} from './action.js';
export { CreateKey, CreatedKey, KeyList, KeyName, KeyView } from './api-key.js';
export {
  ApproveHold,
  BudgetLedger,
  DenyHold,
  GrantList,
  GrantView,
  HoldKind,
  HoldList,
  HoldView,
  RaiseBudget,
  ResolveHold,
} from './approval.js';
export { Assignment, microUsdFromUsd, usdFromMicroUsd } from './assignment.js';
export {
  CheckpointList,
  CheckpointView,
  CreateCheckpoint,
  RetryDirective,
  RetryPlan,
  type AutomaticReason,
  type RetriedTask,
  type RetryFrom,
} from './checkpoint.js';
export {
  DirectiveList,
  DirectiveState,
  DirectiveView,
  OnParentEnd,
  OutputView,
  PlanView,
  Priority,
  Shortage,
  SubmitAccepted,
  SubmitDirective,
  directiveStates,
  finalDirectiveStates,
  restingDirectiveStates,
  EndDirective,
  type EndState,
} from './directive.js';
export { DryPlan } from './dry-plan.js';
export { CocError, Fault, Problem, StartRefusal, errorCodes, type ErrorCode, type Standing } from './error.js';
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
export { OrchestratorState } from './orchestrator-state.js';
export { PayloadClaim, type ReportedClaim } from './payload-claim.js';
export { type AskedRisk, type Permit, type PermitKind, type Plan, type PlannedTask, type RiskTerms } from './plan.js';
export { ApprovalPolicy, Backoff, Concurrency, DirectiveBudget, Policies, Rate } from './policies.js';
export { Principal, localPrincipal, Role, TenantName } from './principal.js';
export { QueueWorkers, WorkerList } from './worker-view.js';
export { QueueList, QueueView } from './queue-view.js';
export {
  actionOfQueue,
  actionQueue,
  deliveryQueue,
  parseQueueName,
  roomQueue,
  rooms,
  type Room,
} from './queue-names.js';
export { InputReference, ItemReference, Reference, TaskReference, looksLikeReference } from './reference.js';
export { RoomBatch, RoomMessage } from './room-message.js';
export { globalRoot, shardRoot, tenantRoot } from './shard-root.js';
export { DependencyList, DirectiveStats, DirectivesStats, TaskList, TaskWait } from './stats.js';
export { newerVersionOf, schemaVersion } from './schema-version.js';
export { CompleteTask, OrderTask, TaskVerb } from './task-order.js';
export { TaskMessage } from './task-message.js';
export { TaskDetail, TaskSpec, TaskState, TaskView, WaitKind, WaitingOn, finalTaskStates, waitKinds } from './task.js';
export { AuditHead, TraceEvent, TraceHead, TraceNote, sealField, traceVersion } from './trace-line.js';
export {
  CreateWebhook,
  DeliveryFiled,
  DeliveryList,
  DeliveryMessage,
  DeliveryTry,
  type DirectiveWebhook,
  WebhookCreated,
  WebhookList,
  WebhookView,
  deliveryIdOf,
  parseDeliveryId,
} from './webhook.js';
export { RedisUrlError, describeRedisPlace, parseRedisUrl, type RedisPlace } from './redis-url.js';
