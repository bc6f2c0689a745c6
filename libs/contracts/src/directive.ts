import { z } from 'zod';
import { Json } from './json.js';
import { limits } from './limits.js';
import { DirectiveBudget, ModelName, Policies } from './policies.js';
import { DirectiveWebhooks } from './webhook.js';
import { TaskError, TaskSpec, TaskView, WaitingOn } from './task.js';

export const directiveStates = [
  'PENDING',
  'QUEUED',
  'RUNNING',
  'PAUSED',
  'DEGRADED',
  'COMPLETED',
  'PARTIALLY_COMPLETED',
  'FAILED',
  'TIMEOUT',
  'STOPPED',
  'CANCELLED',
  'ORPHANED',
] as const;
export const DirectiveState = z.enum(directiveStates);
export type DirectiveState = z.infer<typeof DirectiveState>;

export const finalDirectiveStates: readonly DirectiveState[] = [
  'COMPLETED',
  'FAILED',
  'TIMEOUT',
  'STOPPED',
  'CANCELLED',
  'ORPHANED',
];

/** PARTIALLY_COMPLETED rests: nothing more happens by itself, though a human may send it on. */
export const restingDirectiveStates: readonly DirectiveState[] = [...finalDirectiveStates, 'PARTIALLY_COMPLETED'];

export const Priority = z.enum(['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']);
export type Priority = z.infer<typeof Priority>;

/** `orphan`: it ends as ORPHANED; `cancel`: as CANCELLED; `continue`: nothing happens to it. */
export const OnParentEnd = z.enum(['orphan', 'cancel', 'continue']);
export type OnParentEnd = z.infer<typeof OnParentEnd>;

/** What a client asks for: exactly one of an explicit task list, a workflow by name, or an intent in words. */
export const SubmitDirective = z
  .strictObject({
    ref: z
      .string()
      .regex(/^[\w.:/-]{1,200}$/)
      .optional(),
    title: z.string().max(500).optional(),
    tasks: z.array(TaskSpec).min(1).optional(),
    workflow: z.string().min(1).max(200).optional(),
    intent: z.string().min(1).max(20_000).optional(),
    input: Json.optional(),
    output: Json.optional(),
    /** Counts from the start. */
    ttlMs: z.number().int().min(1).max(limits.maxTtlMs).optional(),
    /** False: it waits until somebody starts it. */
    start: z.boolean().optional(),
    /** Not before this time. */
    runAt: z.iso.datetime({ offset: true }).optional(),
    budget: DirectiveBudget.optional(),
    /** No task of it uses another model. */
    models: z.array(ModelName).min(1).max(100).optional(),
    priority: Priority.optional(),
    policies: Policies.optional(),
    labels: z
      .record(z.string().min(1).max(64), z.string().max(256))
      .refine((labels) => Object.keys(labels).length <= limits.maxLabels, {
        message: `a directive has at most ${limits.maxLabels} labels`,
      })
      .optional(),
    /** The directive of which it is a child: of the same tenant, and not over. */
    parent: z.string().min(1).max(100).optional(),
    /** What becomes of it when its parent fails, times out, or is cancelled, stopped or orphaned. */
    onParentEnd: OnParentEnd.optional(),
    /** Who is told what happens to it: docs/webhooks.md. */
    webhooks: DirectiveWebhooks.optional(),
  })
  .refine((body) => [body.tasks, body.workflow, body.intent].filter((way) => way !== undefined).length === 1, {
    message: 'give exactly one of "tasks", "workflow" or "intent"',
  })
  .refine(({ start, runAt }) => start !== false || runAt === undefined, {
    message: 'it waits for its time or to be started, not for both: leave out "runAt" or "start"',
    path: ['runAt'],
  })
  .refine(({ parent, onParentEnd }) => onParentEnd === undefined || parent !== undefined, {
    message: 'it has no parent: give "parent", or leave out "onParentEnd"',
    path: ['onParentEnd'],
  })
  .meta({ id: 'SubmitDirective' });
export type SubmitDirective = z.infer<typeof SubmitDirective>;

/** The word of a human that ends a directive: `reason` stands in its last event, and in its error when it is failed. */
export const EndDirective = z
  .strictObject({ reason: z.string().max(2_000).default('') })
  .default({ reason: '' })
  .meta({ id: 'EndDirective' });
export type EndDirective = z.infer<typeof EndDirective>;

/** How a human may end a directive, beside a cancel. */
export type EndState = 'COMPLETED' | 'FAILED' | 'STOPPED';

export const SubmitAccepted = z.strictObject({ id: z.string() }).meta({ id: 'SubmitAccepted' });

export const taskCounts = z.strictObject({
  total: z.number().int(),
  open: z.number().int(),
  succeeded: z.number().int(),
  failed: z.number().int(),
  skipped: z.number().int(),
  cancelled: z.number().int(),
  expired: z.number().int(),
});

export const BudgetFigures = z.strictObject({
  maxCostUsd: z.number().nullable(),
  maxTokens: z.number().int().nullable(),
  chargedUsd: z.number(),
  reservedUsd: z.number(),
  overrunUsd: z.number(),
  chargedTokens: z.number().int(),
  reservedTokens: z.number().int(),
});

/** What a directive lacks while it runs on: `no-worker`, nobody does its action; `fallback`, it does not run on its first model. */
export const Shortage = z
  .strictObject({
    reason: z.enum(['no-worker', 'fallback']),
    /** Of `no-worker` one of the tasks that wait. */
    task: z.string(),
    action: z.string(),
    /** Of `fallback` the model in use. */
    model: z.string().nullable(),
    since: z.iso.datetime(),
  })
  .meta({ id: 'Shortage' });
export type Shortage = z.infer<typeof Shortage>;

export const DirectiveView = z
  .strictObject({
    id: z.string(),
    ref: z.string().nullable(),
    /** The directive of which it is a retry. A server older than this field leaves it out. */
    retryOf: z.string().nullable().optional(),
    /** The directive of which it is a child. A server older than this field leaves it out. */
    parent: z.string().nullable().optional(),
    title: z.string().nullable(),
    tenant: z.string(),
    actor: z.string(),
    kind: z.enum(['tasks', 'workflow', 'intent']),
    workflow: z.string().nullable(),
    intent: z.string().nullable(),
    state: DirectiveState,
    closing: DirectiveState.nullable(),
    priority: Priority,
    labels: z.record(z.string(), z.string()),
    planHash: z.string().nullable(),
    tasks: taskCounts,
    budget: BudgetFigures,
    /** What keeps it from starting; what its tasks wait for is told of each. A server older than this field leaves it out. */
    waitingOn: WaitingOn.nullable().optional(),
    /** What it lacks, 20 at most; a server older than this field leaves it out. */
    degraded: z.array(Shortage).optional(),
    error: TaskError.nullable(),
    lastSeq: z.number().int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Directive' });
export type DirectiveView = z.infer<typeof DirectiveView>;

export const DirectiveList = z
  .strictObject({ items: z.array(DirectiveView), nextCursor: z.string().nullable() })
  .meta({ id: 'DirectiveList' });

export const PlanView = z
  .strictObject({
    directiveId: z.string(),
    state: DirectiveState,
    planHash: z.string().nullable(),
    items: z.array(TaskView),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Plan' });
export type PlanView = z.infer<typeof PlanView>;

export const OutputView = z
  .strictObject({ directiveId: z.string(), state: DirectiveState, output: Json.nullable() })
  .meta({ id: 'Output' });
