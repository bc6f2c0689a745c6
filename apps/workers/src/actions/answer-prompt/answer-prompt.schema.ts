import { z } from 'zod';

/** What a task asks of the mock, so that a failure, a cost or a slow answer can be rehearsed. A real provider never sees it. */
export const MockOrders = z.strictObject({
  /** The first attempts, so many, fail with MOCK_FAILURE. */
  failures: z.number().int().min(0).max(100).default(0),
  latencyMs: z.number().int().min(0).max(3_600_000).optional(),
  costUsd: z.number().min(0).max(1_000).default(0),
});
export type MockOrders = z.output<typeof MockOrders>;

export const PromptInput = z.strictObject({
  prompt: z.string().min(1).max(200_000),
  /** What the answer is to be made from, such as the outputs of earlier tasks. */
  context: z.unknown().optional(),
  mock: MockOrders.optional(),
});
export type PromptInput = z.output<typeof PromptInput>;

export const PromptOutput = z.object({
  text: z.string(),
  role: z.string(),
  model: z.string(),
});
export type PromptOutput = z.infer<typeof PromptOutput>;
