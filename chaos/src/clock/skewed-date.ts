/** A Date whose "now" is off by what `offsetMs` says at that moment. What is given a time is not changed. */
export function skewedDate(Real: DateConstructor, offsetMs: () => number): DateConstructor {
  const now = (): number => Real.now() + Math.round(offsetMs());
  return new Proxy(Real, {
    construct: (target, args: [], newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as Date,
    apply: () => new Real(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : (Reflect.get(target, name, receiver) as unknown)),
  });
}

export interface ClockFault {
  skewMs: number;
  /** Every `jumpEveryMs` the clock leaps by this, and the next time back. */
  jumpMs: number;
  jumpEveryMs: number;
}

/** How far off the clock is, `sinceMs` after the process began, by a clock that only goes forward. */
export function offsetAt({ skewMs, jumpMs, jumpEveryMs }: ClockFault, sinceMs: number): number {
  const jumps = jumpEveryMs > 0 ? Math.floor(sinceMs / jumpEveryMs) : 0;
  return skewMs + (jumps % 2) * jumpMs;
}
