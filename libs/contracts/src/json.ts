import { z } from 'zod';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/**
 * Any JSON value. What is parsed with it came out of JSON.parse, so only its absence is looked for: zod's own `z.json()` walks the
 * value and blocked the event loop for 4 s on 8 MB. Depth and size are checked at the door, before parsing.
 */
export const Json = z
  .unknown()
  .refine((value) => value !== undefined, 'a value is missing') as unknown as z.ZodType<Json>;

/** Nesting of arrays and objects; a scalar has depth 0. Stops counting at `limit + 1`. */
export function jsonDepth(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit <= 0) return 1;
  let deepest = 0;
  for (const child of Object.values(value)) {
    deepest = Math.max(deepest, jsonDepth(child, limit - 1));
    if (deepest >= limit) break;
  }
  return deepest + 1;
}
