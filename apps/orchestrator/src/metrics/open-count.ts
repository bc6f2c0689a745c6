import type { MendStore } from '#libs/state';

const freshMs = 10_000;
const pageSize = 1_000;

/** How many directives are not over. All timers are gone through for it, so who asks often gets the answer of before. */
export class OpenCount {
  private last: { at: number; count: Promise<number> } | undefined;

  constructor(
    private readonly store: Pick<MendStore, 'open'>,
    private readonly shards: number,
  ) {}

  /** At most ten seconds old. */
  async count(): Promise<number> {
    if (this.last && performance.now() - this.last.at < freshMs) return this.last.count;
    const count = this.countAll();
    this.last = { at: performance.now(), count };
    count.catch(() => (this.last = undefined));
    return count;
  }

  private async countAll(): Promise<number> {
    const counts = await Promise.all(Array.from({ length: this.shards }, async (_, shard) => this.ofShard(shard)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** A scan may show one twice. */
  private async ofShard(shard: number): Promise<number> {
    const seen = new Set<string>();
    let cursor = '0';
    do {
      const page = await this.store.open(shard, cursor, pageSize);
      for (const id of page.ids) seen.add(id);
      ({ cursor } = page);
    } while (cursor !== '0');
    return seen.size;
  }
}
