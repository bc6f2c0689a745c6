/** What the harness tells a preload; the product knows none of these. `undefined` when it is not set, or empty. */
export function chaosVariable(
  name:
    | 'CHAOS_CLOCK_SKEW_MS'
    | 'CHAOS_CLOCK_JUMP_MS'
    | 'CHAOS_CLOCK_JUMP_EVERY_MS'
    | 'CHAOS_CRASH_POINT'
    | 'CHAOS_CRASH_HIT'
    | 'CHAOS_CRASH_DESK'
    | 'CHAOS_PROCESS'
    | 'CHAOS_DELIVERY_SHARE'
    | 'CHAOS_DELIVERY_SEED'
    | 'CHAOS_DELIVERY_COUNTS',
): string | undefined {
  return process.env[name] || undefined;
}

/** A whole or broken number; `fallback` when it is not set. Throws when it is something else. */
export function chaosNumber(name: Parameters<typeof chaosVariable>[0], fallback: number): number {
  const text = chaosVariable(name);
  const value = text === undefined ? fallback : Number(text);
  if (Number.isNaN(value)) throw new RangeError(`${name} is no number: ${text}`);
  return value;
}
