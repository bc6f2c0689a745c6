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

export const ModelName = z.string().min(1).max(200);
