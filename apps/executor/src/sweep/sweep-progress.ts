import { addCounts, noCounts, type SweepCounts } from './sweep-counts.js';

/** What a sweep did so far on a shard, and how many rounds that took. */
export interface SweepTotals extends SweepCounts {
  rounds: number;
}

/** Counts of a sweep by shard since its start, and a signal at the end of each round. */
export class SweepProgress {
  private readonly totals = new Map<number, SweepTotals>();
  private next = Promise.withResolvers<void>();
  private round = 0;

  note(shard: number, counts: SweepCounts): void {
    const totals = this.totals.get(shard) ?? { ...noCounts(), rounds: 0 };
    addCounts(totals, counts);
    totals.rounds += 1;
    this.totals.set(shard, totals);
  }

  /** By shard number. */
  view(): Record<number, SweepTotals> {
    return Object.fromEntries([...this.totals].map(([shard, totals]) => [shard, { ...totals }]));
  }

  endRound(): void {
    this.round += 1;
    this.next.resolve();
    this.next = Promise.withResolvers();
  }

  /** Resolves at the end of a round that began after this was called. */
  async nextRound(): Promise<void> {
    const wanted = this.round + 2;
    while (this.round < wanted) await this.next.promise;
  }
}
