import type { Logger } from '#libs/telemetry';
import type { RepairAllowance } from './repair-allowance.js';
import { addCounts, noCounts, type SweepCounts } from './sweep-counts.js';

/** One look of one sweep at one shard. */
export class SweepRound {
  readonly counts: SweepCounts = noCounts();

  constructor(
    readonly shard: number,
    /** Most it is to look at. */
    readonly page: number,
    private readonly allowance: RepairAllowance,
    private readonly logger: Logger,
  ) {}

  note(counts: Partial<SweepCounts>): void {
    addCounts(this.counts, counts);
  }

  /** How many of so many finds may be repaired now; the others are counted as put off. */
  allow(found: number): number {
    const allowed = this.allowance.take(found);
    this.note({ found, postponed: found - allowed });
    return allowed;
  }

  /** Whether anything more may be repaired now. */
  get isSpent(): boolean {
    return this.allowance.left() === 0;
  }

  /** Repairs that the look itself did. */
  noteRepaired(count: number): void {
    this.allowance.spend(count);
    this.note({ found: count, repaired: count });
  }

  /** Does what may fail without keeping the others waiting; undefined when it did. */
  async attempt<Result>(item: unknown, act: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await act();
    } catch (error) {
      this.note({ failed: 1 });
      this.logger.error({ err: error, item }, 'a repair failed; it is tried again');
      return undefined;
    }
  }

  /**
   * Repairs each find that the rate allows. False: it was no find after all. One that cannot be repaired is logged and does not keep the
   * others waiting.
   */
  async repairEach<Item>(items: readonly Item[], repair: (item: Item) => Promise<boolean>): Promise<void> {
    for (const item of items.slice(0, this.allow(items.length))) {
      const isRepaired = await this.attempt(item, async () => repair(item));
      if (isRepaired !== undefined) this.note(isRepaired ? { repaired: 1 } : { found: -1 });
    }
  }
}
