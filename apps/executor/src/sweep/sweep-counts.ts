/** What a round did, or all rounds did: `postponed` was found and is over the rate, so it is for the next round. */
export interface SweepCounts {
  looked: number;
  found: number;
  repaired: number;
  failed: number;
  postponed: number;
}

export const noCounts = (): SweepCounts => ({ looked: 0, found: 0, repaired: 0, failed: 0, postponed: 0 });

export function addCounts(sum: SweepCounts, more: Partial<SweepCounts>): void {
  for (const [name, count] of Object.entries(more)) sum[name as keyof SweepCounts] += count;
}
