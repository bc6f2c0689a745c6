import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

export interface QueueLine {
  queue: string;
  /** Tasks that stand in line. */
  ready: number;
  /** Undefined: as every executor has it by default. */
  window: number | undefined;
}

/** How many attempts of a queue may be in flight, for the queues in which tasks stand in line. */
export class QueueWindows {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async read(shard: number, queues: readonly string[]): Promise<QueueLine[]> {
    if (queues.length === 0) return [];
    const [lengths, windows] = await Promise.all([
      Promise.all(queues.map(async (queue) => this.redis.zcard(this.keys.ready(shard, queue)))),
      this.redis.hmget(this.keys.windows(shard), ...queues),
    ]);
    return queues.map((queue, at) => ({
      queue,
      ready: lengths[at]!,
      window: typeof windows[at] === 'string' ? Number(windows[at]) : undefined,
    }));
  }

  async set(shard: number, queue: string, window: number): Promise<void> {
    await this.redis.hset(this.keys.windows(shard), queue, window);
  }

  async forget(shard: number, queue: string): Promise<void> {
    await this.redis.hdel(this.keys.windows(shard), queue);
  }
}
