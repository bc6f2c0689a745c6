import { z } from 'zod';
import { Json } from './json.js';
import { limits } from './limits.js';
import { ReportedClaim } from './payload-claim.js';

/** What was spent. Cost is rounded up to whole micro-USD when charged. */
export const Usage = z.strictObject({
  costUsd: z
    .number()
    .min(0)
    .max(limits.maxMicroUsd / 1_000_000)
    .optional(),
  tokens: z.number().int().min(0).max(1_000_000_000).optional(),
});
export type Usage = z.infer<typeof Usage>;

export const ArtifactEntry = z.strictObject({
  name: z.string().min(1).max(500),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int().min(0),
  mimeType: z.string().min(1).max(200),
});
export type ArtifactEntry = z.infer<typeof ArtifactEntry>;

export const ReportedOutput = z.strictObject({
  output: Json,
  /** The output lies in the artifact store; `output` is null then. */
  outputClaim: ReportedClaim.optional(),
  usage: Usage.optional(),
  artifacts: z.array(ArtifactEntry).max(100).optional(),
});
export type ReportedOutput = z.infer<typeof ReportedOutput>;

/** `transient` may be tried again, `permanent` never; `rate-limited` waits `retryAfterMs`. */
export const failureClasses = [
  'transient',
  'permanent',
  'rate-limited',
  'timeout',
  'cancelled',
  'lost',
  'expired',
] as const;
export const FailureClass = z.enum(failureClasses);
export type FailureClass = z.infer<typeof FailureClass>;

export const ReportedFailure = z.object({
  code: z.string().min(1).max(100).optional(),
  message: z.string().optional(),
  class: FailureClass.optional(),
  retryAfterMs: z.number().int().min(0).max(limits.maxTimeoutMs).optional(),
  usage: Usage.optional(),
  /** The action was not begun: also one with effect `once` may be tried again. */
  started: z.literal(false).optional(),
});
export type ReportedFailure = z.infer<typeof ReportedFailure>;
