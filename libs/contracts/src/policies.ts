import { z } from 'zod';
import { limits } from './limits.js';

/** USD are decimal on the wire and integer micro-USD inside; see `microUsdFromUsd`. */
export const Budget = z.strictObject({
  maxCostUsd: z
    .number()
    .min(0)
    .max(limits.maxMicroUsd / 1_000_000)
    .optional(),
  maxTokens: z.number().int().min(0).max(1_000_000_000).optional(),
});
export type Budget = z.infer<typeof Budget>;

/** Of a whole directive: from `warnAtPercent` of either limit on it is told once; at the limit tasks are held for a human, or fail. */
export const DirectiveBudget = z.strictObject({
  ...Budget.shape,
  warnAtPercent: z.number().int().min(1).max(100).optional(),
  onBudget: z.enum(['hold', 'fail']).optional(),
});
export type DirectiveBudget = z.infer<typeof DirectiveBudget>;

/**
 * When a task waits for a human before it starts. `auto`: by its risk; `on-request`: when the task asks; `always`; `never`;
 * a threshold: from that score on.
 */
export const ApprovalPolicy = z.union([
  z.enum(['never', 'on-request', 'auto', 'always']),
  z.strictObject({ threshold: z.number().int().min(0).max(100) }),
]);
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

export const Backoff = z.enum(['fixed', 'exponential']);
export type Backoff = z.infer<typeof Backoff>;

export const retryFields = {
  maxRetries: z.number().int().min(0).max(limits.maxRetries).optional(),
  retryDelayMs: z.number().int().min(0).max(limits.maxTimeoutMs).optional(),
  backoff: Backoff.optional(),
  maxRetryDelayMs: z.number().int().min(1).max(limits.maxTimeoutMs).optional(),
};

export const Policies = z.strictObject({
  ...retryFields,
  approval: ApprovalPolicy.optional(),
  /** How long a human has to answer; no answer is a no. */
  approvalTtlMs: z.number().int().min(1).max(limits.maxTtlMs).optional(),
  /** What depends on a task that failed goes on; the failure still counts. */
  continueOnFailure: z.boolean().optional(),
});
export type Policies = z.infer<typeof Policies>;

/** At most `limit` starts within `perMs`, counted for each tenant as a token bucket. */
export const Rate = z.strictObject({
  limit: z.number().int().min(1).max(1_000_000),
  perMs: z.number().int().min(1).max(limits.maxTtlMs),
});
export type Rate = z.infer<typeof Rate>;

/** At most `limit` tasks of a tenant that name the same key are at work at once, in whatever directive. */
export const Concurrency = z.strictObject({
  key: z.string().min(1).max(200),
  limit: z.number().int().min(1).max(100_000),
});
export type Concurrency = z.infer<typeof Concurrency>;

export const ModelName = z.string().min(1).max(200);
