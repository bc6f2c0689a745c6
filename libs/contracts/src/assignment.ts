import { z } from 'zod';

/** The executor's grant for one attempt; the names are the wire's and stay. `ttl_ms` is queue wait plus work. */
export const Assignment = z.object({
  agent_id: z.string(),
  version: z.string(),
  model: z.string().nullable(),
  budget: z.object({ maxCostUsd: z.number().nonnegative(), maxTokens: z.number().int().nonnegative() }),
  ttl_ms: z.number().int().positive(),
});
export type Assignment = z.infer<typeof Assignment>;

const microUsdPerUsd = 1_000_000;

/** Rounded up: what is charged or reserved is never less than what was spent. */
export function microUsdFromUsd(usd: number): number {
  // 0.1 * 1e6 is 100000.00000000001 in binary floating point; 1e-6 of a micro-USD is far below any price.
  return Math.ceil(Number((usd * microUsdPerUsd).toFixed(6)));
}

export function usdFromMicroUsd(microUsd: number): number {
  return microUsd / microUsdPerUsd;
}
