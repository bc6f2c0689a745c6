/** Where a process is to die: at the `hit`-th passing of a point, counted from when it was told. */
export interface CrashOrder {
  point: string;
  hit: number;
}

/** Counts every point that is passed, and ends the process at the one that was ordered. */
export class Tripwire {
  private readonly passed = new Map<string, number>();
  private order: CrashOrder | undefined;
  private left = 0;

  /** `die` must not return. */
  constructor(private readonly die: (order: CrashOrder) => void) {}

  arm(order: CrashOrder | undefined): void {
    this.order = order;
    this.left = order?.hit ?? 0;
  }

  pass(point: string): void {
    this.passed.set(point, (this.passed.get(point) ?? 0) + 1);
    if (this.order?.point !== point) return;
    this.left -= 1;
    if (this.left === 0) this.die(this.order);
  }

  /** How often each point was passed since the process began. */
  get counts(): Record<string, number> {
    return Object.fromEntries(this.passed);
  }
}
