import { z } from 'zod';
import { Effect } from './action.js';
import { Assignment } from './assignment.js';
import { BudgetFigures } from './directive.js';
import { Json } from './json.js';
import { Budget } from './policies.js';

const holdKinds = ['approval', 'budget', 'effect-unknown'] as const;
export const HoldKind = z.enum(holdKinds);
export type HoldKind = z.infer<typeof HoldKind>;

const comment = z.string().max(2_000).default('');
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const GrantedTerms = z.strictObject({ ...Assignment.omit({ ttl_ms: true }).shape, timeoutMs: z.number().int() });

const riskFactor = z.strictObject({ factor: z.string(), points: z.number(), detail: z.string() });

/** What became of the question whether a task may start. */
const Decision = z.strictObject({
  state: z.enum(['approved', 'denied', 'expired']),
  by: z.string(),
  at: z.iso.datetime(),
  comment: z.string(),
  /** Of what was allowed: with another input it is not the digest that was asked about. */
  digest: z.string().nullable(),
  scope: z.string().nullable(),
  /** The decider gave it another input. */
  edited: z.boolean(),
});

/** A task that waits, or waited, for a human: what it would do, what it may spend, and why somebody is asked. */
export const HoldView = z
  .strictObject({
    id: z.string(),
    directiveId: z.string(),
    task: z.string(),
    kind: HoldKind,
    since: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    requestedBy: z.string(),
    action: z.string(),
    actionVersion: z.string(),
    effect: Effect,
    input: Json,
    /** What its next attempt would be granted. */
    assignment: GrantedTerms,
    /** SHA-256 of action, version, input and assignment: what an approval is about. */
    digest: z.string(),
    attempt: z.number().int(),
    risk: z.strictObject({ score: z.number(), factors: z.array(riskFactor), reasons: z.array(z.string()) }).nullable(),
    /** Of a hold that is not about approval: what happened. */
    error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
    decision: Decision.nullable(),
  })
  .meta({ id: 'Hold' });
export type HoldView = z.infer<typeof HoldView>;

export const HoldList = z
  .strictObject({ items: z.array(HoldView), nextCursor: z.string().nullable() })
  .meta({ id: 'HoldList' });
export type HoldList = z.infer<typeof HoldList>;

/** `digest`: what the decider saw; another one is refused. `input` replaces the task's. `scope` also lets others like it go. */
export const ApproveHold = z
  .strictObject({
    digest: digest.optional(),
    comment,
    input: Json.optional(),
    scope: z.enum(['task', 'directive', 'action']).default('task'),
    /** How long a grant of scope `action` holds. */
    forMs: z.number().int().min(1_000).max(86_400_000).default(3_600_000),
  })
  .meta({ id: 'ApproveHold' });
export type ApproveHold = z.infer<typeof ApproveHold>;

export const DenyHold = z.strictObject({ comment }).meta({ id: 'DenyHold' });
export type DenyHold = z.infer<typeof DenyHold>;

/** Of a task whose effect nobody knows, or whose budget is used up. */
export const ResolveHold = z
  .strictObject({ decision: z.enum(['retry', 'complete', 'fail']), output: Json.optional(), comment })
  .refine(({ decision, output }) => decision !== 'complete' || output !== undefined, {
    message: 'give the "output" to complete the task with',
    path: ['output'],
  })
  .meta({ id: 'ResolveHold' });
export type ResolveHold = z.infer<typeof ResolveHold>;

export const RaiseBudget = z
  .strictObject({ ...Budget.shape, comment })
  .refine(({ maxCostUsd, maxTokens }) => maxCostUsd !== undefined || maxTokens !== undefined, {
    message: 'give "maxCostUsd" or "maxTokens"',
  })
  .meta({ id: 'RaiseBudget' });
export type RaiseBudget = z.infer<typeof RaiseBudget>;

/** What an approver let go, up to the risk of what was seen: in one directive as long as it lives, or in all of the tenant's for a while. */
export const GrantView = z
  .strictObject({
    action: z.string(),
    maxScore: z.number(),
    directiveId: z.string().nullable(),
    until: z.iso.datetime().nullable(),
    by: z.string(),
  })
  .meta({ id: 'Grant' });
export type GrantView = z.infer<typeof GrantView>;

export const GrantList = z.strictObject({ items: z.array(GrantView) }).meta({ id: 'GrantList' });

const ledgerLine = z.strictObject({
  seq: z.number().int(),
  at: z.iso.datetime(),
  task: z.string(),
  attempt: z.number().int(),
  event: z.string(),
  costUsd: z.number(),
  tokens: z.number().int(),
});

const reservation = z.strictObject({
  task: z.string(),
  attempt: z.number().int(),
  costUsd: z.number(),
  tokens: z.number().int(),
});

/** Every charge of a directive and every reservation that stands: together they are what its budget shows. */
export const BudgetLedger = z
  .strictObject({
    directiveId: z.string(),
    ...BudgetFigures.shape,
    lines: z.array(ledgerLine),
    reservations: z.array(reservation),
    /** Tasks that wait until the budget is raised. */
    waiting: z.array(z.string()),
  })
  .meta({ id: 'BudgetLedger' });
export type BudgetLedger = z.infer<typeof BudgetLedger>;
