import { z } from 'zod';
import { DirectiveState } from './directive.js';
import { TaskState } from './task.js';
import { TaskVerb } from './task-order.js';

/** Every code a caller can meet. `status` is the HTTP status; docs/errors.md has a line for each. */
export const errorCodes = {
  BODY_MALFORMED: 400,
  BODY_TOO_LARGE: 413,
  BODY_TOO_DEEP: 400,
  MEDIA_TYPE_UNSUPPORTED: 415,
  REQUEST_INVALID: 400,
  UNKNOWN_FIELD: 400,
  ACTION_UNKNOWN: 422,
  ACTION_CONFLICT: 409,
  ACTION_SCHEMA_INVALID: 422,
  INPUT_INVALID: 422,
  REFERENCE_INVALID: 422,
  CONDITION_INVALID: 422,
  DEPENDENCY_UNKNOWN: 422,
  DEPENDENCY_CYCLE: 422,
  TASK_DUPLICATE: 422,
  PLAN_TOO_LARGE: 422,
  BUDGET_MAXIMUM_MISSING: 422,
  MODEL_NOT_ALLOWED: 422,
  WORKFLOW_UNKNOWN: 422,
  REF_TAKEN: 409,
  PARENT_ENDED: 409,
  FAMILY_TOO_LARGE: 409,
  IDEMPOTENCY_MISMATCH: 422,
  IDEMPOTENCY_IN_PROGRESS: 409,
  NOT_FOUND: 404,
  CURSOR_INVALID: 400,
  POSITION_GONE: 410,
  TRANSITION_ILLEGAL: 409,
  DIRECTIVE_SETTLING: 409,
  CHECKPOINT_UNUSABLE: 409,
  PRECONDITION_FAILED: 412,
  PLAN_CHANGED: 409,
  HOLD_ENDED: 409,
  DIGEST_STALE: 409,
  BUDGET_TOO_LOW: 409,
  WEBHOOK_REFUSED: 422,
  WEBHOOKS_TOO_MANY: 409,
  UPGRADE_REQUIRED: 426,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  RATE_LIMITED: 429,
  QUEUE_TOO_LONG: 429,
  QUEUE_OVERDUE: 429,
  MEMORY_SHORT: 503,
  ARTIFACT_TOO_LARGE: 413,
  ARTIFACT_MISSING: 410,
  ARTIFACT_CORRUPT: 500,
  ARTIFACT_STORE_UNAVAILABLE: 503,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** One thing wrong with a request: where (JSON pointer), what, and a code a program can act on. */
export const Fault = z
  .strictObject({ pointer: z.string(), code: z.string(), detail: z.string() })
  .meta({ id: 'Fault' });
export interface Fault {
  pointer: string;
  code: ErrorCode;
  detail: string;
}

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    instance: z.string().optional(),
    errors: z.array(Fault).optional(),
    /** Of TRANSITION_ILLEGAL: where the directive is, and where it may go from there. */
    state: DirectiveState.optional(),
    allowed: z.array(DirectiveState).optional(),
    /** Of TRANSITION_ILLEGAL about a task: its state, and what may be ordered of it. */
    task: z.object({ state: TaskState, allowed: z.array(TaskVerb) }).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof Problem>;

/** Where a directive stands when it refuses an order, and where it may go. */
export interface Standing {
  state: DirectiveState;
  allowed: readonly DirectiveState[];
}

/** The same of a task. */
export interface TaskStanding {
  state: TaskState;
  allowed: readonly TaskVerb[];
}

/** A process cannot start. The message is one sentence for the person who started it: what is wrong, and what to do. */
export class StartRefusal extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The one error class that crosses rooms. `detail` says what to do next; `cause` keeps the original. */
export class CocError extends Error {
  readonly status: number;
  /** When it may be tried again; undefined when that is not known. */
  readonly retryAfterMs: number | undefined;
  /** Of TRANSITION_ILLEGAL. */
  readonly standing: Standing | undefined;
  /** Of TRANSITION_ILLEGAL about a task. */
  readonly task: TaskStanding | undefined;

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly faults: readonly Fault[] = [],
    options: { cause?: unknown; retryAfterMs?: number; standing?: Standing; task?: TaskStanding } = {},
  ) {
    super(`${code}: ${detail}`, 'cause' in options ? { cause: options.cause } : {});
    this.name = 'CocError';
    this.status = errorCodes[code];
    this.retryAfterMs = options.retryAfterMs;
    this.standing = options.standing;
    this.task = options.task;
  }
}
