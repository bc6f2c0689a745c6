// The public API, written by hand: one file to read, and types without a build. `npm run check` compares it with src/index.ts.

/** Any JSON value, and objects of yours that have a JSON form. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** What may be spent: US dollars and tokens. */
export interface Budget {
  maxCostUsd?: number;
  maxTokens?: number;
}

/** Of a whole directive: told once at `warnAtPercent`; at the limit tasks wait for a human (`hold`) or fail. */
export interface DirectiveBudget extends Budget {
  warnAtPercent?: number;
  onBudget?: 'hold' | 'fail';
}

/** Further attempts after the first, and the waits before them. */
interface RetryPolicies {
  maxRetries?: number;
  retryDelayMs?: number;
  /** `exponential` by default: doubles up to `maxRetryDelayMs`, and waits anything from 0 to that. */
  backoff?: 'fixed' | 'exponential';
  maxRetryDelayMs?: number;
}

export interface Policies extends RetryPolicies {
  /** When tasks wait for a human; `auto` by their risk, or from a score on. */
  approval?: 'never' | 'on-request' | 'auto' | 'always' | { threshold: number };
  /** No answer in this time is a no. */
  approvalTtlMs?: number;
  continueOnFailure?: boolean;
}

interface TaskFields extends RetryPolicies {
  /** Letters, digits, `_`, `-`, `.`; unique in the directive. */
  id: string;
  /** Tasks that must have succeeded before. A task that is referred to by `{ $task }` is one without being named. */
  dependsOn?: string[];
  /** Its failure does not fail the directive. */
  optional?: boolean;
  /** One task for each element of a list, or of a reference to one. */
  forEach?: { items: JsonValue; maxItems?: number };
  timeoutMs?: number;
  ttlMs?: number;
  budget?: Budget;
  model?: string;
  /** In order of preference; each further attempt takes the next. */
  models?: string[];
  risk?: 'low' | 'medium' | 'high';
  /** Ask a human first, where the approval policy is `on-request`. */
  approval?: boolean;
  /** CEL over `input` and `tasks`; false skips the task. */
  when?: string;
  /** What depends on it goes on although it failed; the failure still counts. */
  continueOnFailure?: boolean;
  /** At most `limit` tasks of the tenant that name the same key are at work at once. */
  concurrency?: { key: string; limit: number };
}

/** A task for an action of the catalog: see docs/directive.md. */
export interface ActionTask extends TaskFields {
  action: string;
  input?: JsonValue;
}

/** A task in words for an agent: `role: 'worker'` is the action `agent.worker`. `input` is what the answer is made from. */
export interface PromptTask extends TaskFields {
  role: string;
  prompt: string | { $task: string; path?: string } | { $input: string } | { $item: string } | { $cel: string };
  input?: JsonValue;
  /** Rehearsal in COC_MODE=mock: the first `failures` attempts fail, the answer takes so long and costs so much. */
  mock?: { failures?: number; latencyMs?: number; costUsd?: number };
}

/** What is to be done: exactly one of `tasks`, `workflow` and `intent`. An unknown field is refused. */
export interface DirectiveSpec {
  /** Your name for it; it may run any number of times. Becomes the `ref` `<id>/<mark of the run>`. */
  id?: string;
  /** A line for people; the same as `title`. */
  description?: string;
  title?: string;
  /** Your own id, as it is; a second directive with it is refused. */
  ref?: string;
  tasks?: (ActionTask | PromptTask)[];
  workflow?: string;
  intent?: string;
  input?: JsonValue;
  /** A template with references; without it the outputs of the last tasks. */
  output?: JsonValue;
  /** Counts from the start. */
  ttlMs?: number;
  /** False: it waits until somebody starts it. */
  start?: boolean;
  /** Not before this time, in ISO 8601. */
  runAt?: string;
  budget?: DirectiveBudget;
  /** No task uses another model. */
  models?: string[];
  priority?: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
  policies?: Policies;
  labels?: Record<string, string>;
  /** The directive of which it is a child: of the same tenant, and not over. */
  parent?: string;
  /** What becomes of it when its parent ends without success: `orphan` by default. */
  onParentEnd?: 'orphan' | 'cancel' | 'continue';
  /** Who is told what happens to it: docs/webhooks.md. */
  webhooks?: DirectiveWebhook[];
}

export interface DirectiveWebhook {
  url: string;
  /** Only events of these types; without it, of all. */
  events?: string[];
  /** `whsec_` and 24 to 64 bytes in base64. */
  secret: string;
}

/** PARTIALLY_COMPLETED to CANCELLED are where a directive rests. */
export type DirectiveState =
  | 'PENDING'
  | 'QUEUED'
  | 'RUNNING'
  | 'PAUSED'
  | 'DEGRADED'
  | 'COMPLETED'
  | 'PARTIALLY_COMPLETED'
  | 'FAILED'
  | 'TIMEOUT'
  | 'STOPPED'
  | 'CANCELLED'
  | 'ORPHANED';

export type TaskState =
  | 'waiting'
  | 'ready'
  | 'held'
  | 'deferred'
  | 'dispatched'
  | 'running'
  | 'succeeded'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'skipped';

export interface ErrorNote {
  code: string;
  message: string;
}

export interface TaskResult {
  id: string;
  action: string;
  state: TaskState;
  /** How many attempts were begun. */
  attempts: number;
  /** The task with `forEach` that this is a child of. */
  parent: string | null;
  error: ErrorNote | null;
  costUsd: number;
  tokens: number;
}

export interface DirectiveResult {
  /** Of the directive: what `coc status` and the API take. */
  id: string;
  ref: string | null;
  state: DirectiveState;
  /** Null when it has none. */
  output: JsonValue;
  /** In the order of the plan; the children of a fan-out behind. */
  tasks: TaskResult[];
  costUsd: number;
  tokens: number;
  /** Why it is not COMPLETED. */
  error: ErrorNote | null;
  /** ISO 8601. */
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export type EventType =
  | 'directive.accepted'
  | 'directive.planned'
  | 'directive.kept'
  | 'directive.extended'
  | 'directive.released'
  | 'directive.started'
  | 'directive.degraded'
  | 'directive.recovered'
  | 'directive.paused'
  | 'directive.resumed'
  | 'directive.review_requested'
  | 'directive.budget_warned'
  | 'directive.budget_raised'
  | 'directive.reservation_corrected'
  | 'directive.completed'
  | 'directive.partially_completed'
  | 'directive.failed'
  | 'directive.cancelled'
  | 'directive.timeout'
  | 'directive.stopped'
  | 'directive.orphaned'
  | 'task.expanded'
  | 'task.queued'
  | 'task.started'
  | 'task.completed'
  | 'task.failed'
  | 'task.retried'
  | 'task.held'
  | 'task.approved'
  | 'task.denied'
  | 'task.resolved'
  | 'task.deferred'
  | 'task.overspent'
  | 'task.skipped'
  | 'task.cancelled'
  | 'task.expired'
  | 'artifact.indexed'
  | 'checkpoint.created'
  | 'evaluation.complete';

/** One step of a directive: docs/events.md says what is in `data`. */
export interface CocEvent {
  type: EventType;
  /** ISO 8601, by the clock of Redis. */
  timestamp: string;
  directiveId: string;
  /** From 1 on within a directive, without gap or duplicate. */
  seq: number;
  /** The task's id; null for an event of the whole directive. */
  task: string | null;
  /** `taskId` is there when `task` is. */
  data: { taskId?: string; [field: string]: JsonValue | undefined };
}

export interface RunOptions {
  /** Address of the server. Default: the embedded one of this process, `COC_URL`, the server that runs on this machine, port 4270. */
  url?: string;
  /** When no server answers: start one in this process for this run, and end it after that. */
  embedded?: boolean;
  /** Aborted, it rejects with DetachedError at once; the directive goes on. */
  signal?: AbortSignal;
  /** When the signal aborts, cancel the directive too. */
  cancelOnAbort?: boolean;
  /** The same key with the same spec is the same directive: it is not done twice, and its result comes again. */
  idempotencyKey?: string;
  /** Each event of the directive, from its first on, in order. What it throws ends the waiting; the directive goes on. */
  onEvent?: (event: CocEvent) => void;
  /** How long the server may be away while it is waited for; 60 s. */
  patienceMs?: number;
  /** False: resolve also when the directive is not COMPLETED. */
  throwOnFailure?: boolean;
}

/**
 * Submits a directive, waits until it rests and resolves to what became of it. Rejects with DirectiveRefusedError,
 * DirectiveFailedError (not COMPLETED), ServerUnreachableError, DetachedError, or ChainOfCommandError.
 */
export function runDirective(spec: DirectiveSpec, options?: RunOptions): Promise<DirectiveResult>;

export type EventHandler = (event: CocEvent) => unknown;

export interface EventBusOptions {
  /** As of `runDirective`. */
  url?: string;
}

/** Events of all directives as they happen, by one connection that is open while there is a subscriber. */
export declare class EventBus {
  constructor(options?: EventBusOptions);
  /**
   * Calls the handler for each event of the type (`'*'`: of all) from now on: once, in order within a directive, also over
   * restarts of the server. Keeps the process alive until the returned function, which ends it, was called.
   */
  subscribe(type: EventType | '*', handler: EventHandler): () => void;
  /**
   * What a handler threw, a server that is away, a position that is gone (POSITION_GONE: events were missed). Returns how
   * to end that. Without such a handler each is a process warning.
   */
  onError(handler: (error: Error) => void): () => void;
  /** Resolves when the server has noted where this one begins: what happens after it is not missed. At once without a subscriber. */
  ready(): Promise<void>;
  /** Ends all subscriptions. */
  close(): void;
}

/** The bus of the server that `runDirective` finds. */
export declare const eventBus: EventBus;

export interface EmbeddedOptions {
  /** A Redis to use; else `REDIS_URL`, else one is started. */
  redisUrl?: string;
  /** Folder for artifacts and for the data of a Redis that is started. Default: `COC_DATA_DIR`, else `.coc` of the installation. */
  dataDir?: string;
  /** Of the HTTP API. Default: `COC_PORT`, else a free one. */
  port?: number;
}

export interface Embedded {
  url: string;
  /** Ends services and Redis; what runs goes on where it was when they are started again on the same data. */
  close(): Promise<void>;
}

/** Starts all services in this process. Until `close` it is the server of `runDirective` and `eventBus`. Rejects with EmbeddedStartError. */
export function startEmbedded(options?: EmbeddedOptions): Promise<Embedded>;

/** What all errors of this API are. `code` is for programs, `next` says what to do. */
export declare class ChainOfCommandError extends Error {
  /** Only this API makes them. */
  constructor(...parts: never[]);
  readonly code: string;
  readonly next: string;
}

export interface Fault {
  /** JSON pointer into the spec. */
  pointer: string;
  code: string;
  detail: string;
}

/** The directive was not accepted, and nothing of it was done. Codes: docs/errors.md, ROLE_UNKNOWN and SPEC_INVALID. */
export declare class DirectiveRefusedError extends ChainOfCommandError {
  readonly faults: readonly Fault[];
}

/** The directive rests and is not COMPLETED. */
export declare class DirectiveFailedError extends ChainOfCommandError {
  readonly result: DirectiveResult;
}

/** No answer, or none of a Chain of Command server. With `directiveId` it was accepted and goes on. */
export declare class ServerUnreachableError extends ChainOfCommandError {
  readonly directiveId: string | undefined;
}

/** The signal aborted; its reason is the `cause`. `name` is `AbortError`. */
export declare class DetachedError extends ChainOfCommandError {
  /** Undefined when nothing was submitted. */
  readonly directiveId: string | undefined;
}

/** The services cannot start in this process. */
export declare class EmbeddedStartError extends ChainOfCommandError {}
