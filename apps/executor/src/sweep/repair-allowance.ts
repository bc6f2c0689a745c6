/** A token bucket: `perS` at once, refilled evenly within a second. */
export class RepairAllowance {
  private tokens: number;
  private filledAtMs: number;

  constructor(
    private readonly perS: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.tokens = perS;
    this.filledAtMs = nowMs();
  }

  /** How many of those that are wanted may be had. */
  take(wanted: number): number {
    const taken = Math.min(wanted, this.left());
    this.spend(taken);
    return taken;
  }

  /** How many may be had now. */
  left(): number {
    const nowMs = this.nowMs();
    if (this.perS !== Number.POSITIVE_INFINITY)
      this.tokens = Math.min(this.perS, this.tokens + ((nowMs - this.filledAtMs) / 1_000) * this.perS);
    this.filledAtMs = nowMs;
    return Math.max(0, Math.floor(this.tokens));
  }

  /** Repairs that were done already; those beyond the rate have to be waited for. */
  spend(count: number): void {
    this.tokens -= count;
  }
}
