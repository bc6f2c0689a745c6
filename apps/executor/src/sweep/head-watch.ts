/** Whether the head of a line has moved. Its age says nothing: it may have waited long behind others while they were worked off. */
export class HeadWatch {
  readonly #seen = new Map<number, { head: string | undefined; sinceMs: number }>();

  /** `stuckMs`: how long a head may be seen before the line counts as one that nobody works off. */
  constructor(private readonly stuckMs: number) {}

  /** `nowMs`: of a clock that only goes forward. */
  isStuck(shard: number, head: string | undefined, nowMs: number): boolean {
    const seen = this.#seen.get(shard);
    if (seen && seen.head === head) return head !== undefined && nowMs - seen.sinceMs >= this.stuckMs;
    this.#seen.set(shard, { head, sinceMs: nowMs });
    return false;
  }
}
