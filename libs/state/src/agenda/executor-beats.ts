import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

/** Five beats of which four may be late. */
const beatMs = 5_000;
const cachedMs = 1_000;

/** Which shards an executor is at work on: a key each, written once a second by one that finishes its rounds, gone soon after the last beat. */
export class ExecutorBeats {
  private last: { at: number; missing: Promise<number[]> } | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Throws where Redis takes no write. */
  async beat(shard: number, instance: string): Promise<void> {
    await this.redis.set(this.keys.executor(shard), instance, 'PX', beatMs);
  }

  /** The write of one that does not settle outcomes. */
  async probe(shard: number, instance: string): Promise<void> {
    await this.redis.set(`${this.keys.root(shard)}:probe:${instance}`, '1', 'PX', beatMs);
  }

  /** Shards without an executor; at most a second old. */
  async missing(shards: number): Promise<number[]> {
    if (!this.last || performance.now() - this.last.at > cachedMs) {
      this.last = { at: performance.now(), missing: this.look(shards) };
    }
    return this.last.missing;
  }

  private async look(shards: number): Promise<number[]> {
    const all = Array.from({ length: shards }, (_, shard) => shard);
    const found = await Promise.all(all.map(async (shard) => this.redis.exists(this.keys.executor(shard))));
    return all.filter((shard) => found[shard] === 0);
  }
}
