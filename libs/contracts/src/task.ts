import { z } from 'zod';
import { ActionName, RiskLevel } from './action.js';
import { Json } from './json.js';
import { limits } from './limits.js';
import { Budget, Concurrency, ModelName, retryFields } from './policies.js';
import { Reference } from './reference.js';

const taskStates = [
  'waiting',
  'ready',
  'held',
  'deferred',
  'dispatched',
  'running',
  'succeeded',
  'failed',
  'cancelled',
  'expired',
  'skipped',
] as const;
export const TaskState = z.enum(taskStates);
export type TaskState = z.infer<typeof TaskState>;

export const finalTaskStates: readonly TaskState[] = ['succeeded', 'failed', 'cancelled', 'expired', 'skipped'];

const TaskId = z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/, 'letters, digits, "_", "-" and ".", 128 at most');

/** `items` is a list or a reference to one; each element becomes a task of its own, and the outputs join in order. */
export const FanOut = z.strictObject({
  items: z.union([Reference, z.array(Json)]),
  maxItems: z.number().int().min(1).max(limits.maxFanOut).default(limits.defaultFanOut),
});
export type FanOut = z.infer<typeof FanOut>;

/** A task as the client writes it. A reference in `input` or `forEach` is a dependency without being named again. */
export const TaskSpec = z
  .strictObject({
    id: TaskId,
    action: ActionName,
    input: Json.optional(),
    dependsOn: z.array(TaskId).max(limits.maxTasks).optional(),
    optional: z.boolean().optional(),
    forEach: FanOut.optional(),
    timeoutMs: z.number().int().min(1).max(limits.maxTimeoutMs).optional(),
    ttlMs: z.number().int().min(1).max(limits.maxTtlMs).optional(),
    budget: Budget.optional(),
    model: ModelName.optional(),
    /** In order of preference: the first that everybody above allows is used. */
    models: z.array(ModelName).min(1).max(20).optional(),
    risk: RiskLevel.optional(),
    /** Ask a human first, where the policy is `on-request`. */
    approval: z.boolean().optional(),
    /** CEL over `input` and `tasks`; false skips the task. */
    when: z.string().min(1).max(2_000).optional(),
    continueOnFailure: z.boolean().optional(),
    concurrency: Concurrency.optional(),
    ...retryFields,
  })
  .meta({ id: 'TaskSpec' });
export type TaskSpec = z.infer<typeof TaskSpec>;

export const waitKinds = [
  'plan',
  'dependencies',
  'children',
  'release',
  'window',
  'worker',
  'outcome',
  'retry',
  'budget',
  'budget-reserved',
  'rate',
  'concurrency',
  'directives',
  'tenant-budget',
  'approval',
  'paused',
  'effect-unknown',
  'condition',
  'review',
  'start',
  'time',
  'no-worker',
] as const;
export const WaitKind = z.enum(waitKinds);
export type WaitKind = z.infer<typeof WaitKind>;

/** What a task that is not final waits for: every such task has owner, since, deadline and this. */
export const WaitingOn = z.strictObject({ kind: WaitKind, ref: z.string() });
export type WaitingOn = z.infer<typeof WaitingOn>;

export const TaskError = z.strictObject({ code: z.string(), message: z.string() });
export type TaskError = z.infer<typeof TaskError>;

export const TaskView = z
  .strictObject({
    id: z.string(),
    index: z.number().int(),
    action: z.string(),
    actionVersion: z.string(),
    dependsOn: z.array(z.string()),
    optional: z.boolean(),
    parent: z.string().nullable(),
    state: TaskState,
    attempt: z.number().int(),
    /** How many attempts it may have; a server older than this field leaves it out. */
    maxAttempts: z.number().int().optional(),
    owner: z.enum(['orchestrator', 'executor', 'worker', 'human']).nullable(),
    since: z.iso.datetime().nullable(),
    deadline: z.iso.datetime().nullable(),
    waitingOn: WaitingOn.nullable(),
    error: TaskError.nullable(),
    costUsd: z.number(),
    tokens: z.number().int(),
  })
  .meta({ id: 'Task' });
export type TaskView = z.infer<typeof TaskView>;

/** One task with the tasks it depends on and, where it is not final, a sentence that says why it waits. */
export const TaskDetail = z
  .strictObject({
    ...TaskView.shape,
    directiveId: z.string(),
    dependencies: z.array(z.strictObject({ id: z.string(), state: TaskState })),
    why: z.string().nullable(),
  })
  .meta({ id: 'TaskDetail' });
export type TaskDetail = z.infer<typeof TaskDetail>;
