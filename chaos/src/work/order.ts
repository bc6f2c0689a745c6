import { z } from 'zod';

/** Input of every action of the harness: what its work is to be. */
export const Order = z.strictObject({
  ms: z.number().int().min(0).max(600_000).default(0),
  /** So many first attempts fail. */
  failures: z.number().int().min(0).default(0),
  /** Of the attempts after those, the part that fails: the same ones for the same `seed`. */
  failRate: z.number().min(0).max(1).default(0),
  seed: z.number().int().default(0),
  /** Of padding in the output. */
  bytes: z.number().int().min(0).default(0),
  /** Length of the list in the output, for fan-outs. */
  items: z.number().int().min(0).default(0),
  costUsd: z.number().min(0).default(0),
  /** The output's value is this and the sum of the parts: so a wrong or doubled part shows at the end. */
  add: z.number().default(0),
  parts: z.array(z.unknown()).default([]),
  canary: z.string().default(''),
});
export type Order = z.output<typeof Order>;

export const Product = z.object({
  value: z.number(),
  attempt: z.number().int(),
  nonce: z.string(),
  /** The witness's number of the commit. */
  commit: z.number().int(),
  items: z.array(z.number()),
  padding: z.string(),
  canary: z.string(),
});
export type Product = z.infer<typeof Product>;

/** Of a number, of an output, of a list of them; what is missing counts nothing. */
export function sumOf(part: unknown): number {
  if (typeof part === 'number') return part;
  if (Array.isArray(part)) return part.reduce((sum: number, each) => sum + sumOf(each), 0);
  if (typeof part === 'object' && part !== null && 'value' in part) return sumOf(part.value);
  return 0;
}

/** From 0 up to 1, the same for the same seed and attempt. */
function lotOf(seed: number, attempt: number): number {
  let mixed = Math.imul(seed ^ (attempt * 0x9e3779b9), 0x85ebca6b) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35) >>> 0;
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

export function mustFail(order: Order, attempt: number): boolean {
  return attempt <= order.failures || (order.failRate > 0 && lotOf(order.seed, attempt) < order.failRate);
}
