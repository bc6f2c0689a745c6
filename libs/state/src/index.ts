export { ArtifactStore } from './artifacts/artifact-store.js';
export { isStoreUnavailable } from './artifacts/artifact-errors.js';
export { checkArtifactStore, openArtifactStore } from './artifacts/open-artifact-store.js';
export { UploadRegister } from './payloads/upload-register.js';
export { PayloadStore, isLarge } from './payloads/payload-store.js';
export { claimValues } from './payloads/claim-values.js';
export { encodeClaim } from './payloads/claim-text.js';
export { fillSpec } from './payloads/fill-spec.js';
export { AttemptFence } from './attempt-fence.js';
export { Replication } from './redis/replication.js';
export { ActionCatalog } from './catalog/action-catalog.js';
export { ControlStreamReader, type AbortSignalMessage } from './control/control-stream.js';
export { Keys } from './keys.js';
export { ApiKeyStore, type ApiKey } from './identity/api-key-store.js';
export { RateBuckets, type Draw, type RateRule } from './identity/rate-buckets.js';
export { ExecutorBeats } from './agenda/executor-beats.js';
export { QueueWindows, type QueueLine } from './agenda/queue-windows.js';
export { QueueReader, type RecordedQueue } from './agenda/queue-reader.js';
export { PressureReader } from './agenda/pressure-reader.js';
export { ShardAgenda, type Agenda, type RemovedJob } from './agenda/shard-agenda.js';
export {
  PermitStore,
  type GivenPermit,
  type PermitAnswer,
  type PermitOrder,
  type PermitPlace,
} from './write/permit-store.js';
export { inputSources, sourceIndexes, type InputSources } from './plan/input-sources.js';
export {
  decodeTask,
  encodeTask,
  parseSpec,
  replaceInput,
  tasksPerChunk,
  type SpecRecord,
} from './plan/plan-encoding.js';
export { decodeCursor, encodeCursor } from './read/cursor.js';
export { countNames, parseCounts, type CountName } from './read/counts.js';
export { TaskFacts, type AttemptFacts } from './read/task-facts.js';
export { ScriptRunner, type ScriptCall } from './redis/script-runner.js';
export { loadLibrary, scriptOfFunction } from './redis/script-library.js';
export {
  AttemptStore,
  type SettleResult,
  type Settled,
  type Settlement,
  type SettlementDetail,
} from './write/attempt-store.js';
export { DirectiveStore, type AcceptResult, type DirectiveDraft, type Transition } from './write/directive-store.js';
export { finishRemoval, type DirectiveFiles } from './write/finish-removal.js';
export { type Dispatch, type FanOutTask, type Followup } from './write/dispatch.js';
export { DirectiveOrders, type DirectiveOrder, type DirectiveRequest } from './read/directive-order.js';
export { CheckpointStore, type CheckpointFacts } from './write/checkpoint-store.js';
export { KeptReader } from './read/kept-reader.js';
export { StoryReader } from './read/story-reader.js';
export { type KeptWork } from './plan/kept-tasks.js';
export { RequestReader } from './read/request-reader.js';
export { RefRegister } from './write/ref-register.js';
export { TaskOutputs } from './read/task-outputs.js';
export { type DirectiveFilter } from './read/directive-filter.js';
export { DirectiveReader } from './read/directive-reader.js';
export { HoldReader, type FoundHold } from './read/hold-reader.js';
export { LedgerReader } from './read/ledger-reader.js';
export { GrantRegister } from './write/grant-register.js';
export { TaskStore, type TaskOrder } from './write/task-store.js';
export { HoldStore, type HoldDecision } from './write/hold-store.js';
export { openInstallation, type Installation } from './redis/open-installation.js';
export { ProgressProbe, type Progress } from './redis/progress-probe.js';
export { RecordedMarks } from './stream/recorded-marks.js';
export { RecorderLease } from './stream/recorder-lease.js';
export { happenedAtMs, type EventPointer } from './stream/event-pointer.js';
export { ShardEvents, type Positions, type ReadEvent } from './stream/shard-events.js';
export { isAfter, streamStart } from './stream/stream-id.js';
export { type EventFollower, type EventSink } from './stream/event-follower.js';
export { EventStreams } from './stream/event-streams.js';
export { type SharedEvent } from './stream/shared-event.js';
export { HookLog } from './hooks/hook-log.js';
export { HookMarks } from './hooks/hook-marks.js';
export { HookRegister, type Hook } from './hooks/hook-register.js';
export { HookStates } from './hooks/hook-states.js';
export { HomeSlots, type HeldPermit } from './read/home-slots.js';
export { KeyRegister, type KeyReservation } from './write/key-register.js';
export { MendStore } from './write/mend-store.js';
export { FamilyStore } from './write/family-store.js';
export { familyRefusal, isFamilyRefusal } from './write/family-refusal.js';
export { ShortageStore } from './write/shortage-store.js';
export { RetentionStore, type BareDirective, type JobLog, type RetireStep } from './write/retention-store.js';
