import type { MemoryUse } from '#libs/policy';
import { mastersOf, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

export interface QueueDepth {
  queue: string;
  depth: number;
}

function numberIn(info: string, name: string): number {
  return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0);
}

/** How full Redis is and how long the lines of a shard are, for who decides whether more is let in. */
export class PressureReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** As Redis itself counts it against `maxmemory`: without the buffers of replicas and of the append-only file. */
  async memory(): Promise<MemoryUse[]> {
    return Promise.all(
      mastersOf(this.redis).map(async (master) => {
        const info = await master.info('memory');
        return {
          usedBytes: numberIn(info, 'used_memory') - numberIn(info, 'mem_not_counted_for_evict'),
          maxBytes: numberIn(info, 'maxmemory'),
        };
      }),
    );
  }

  /** Worker queues: what is ready and what is in flight. */
  async queues(shard: number): Promise<QueueDepth[]> {
    const queues = await this.redis.smembers(this.keys.queues(shard));
    return Promise.all(
      queues.map(async (queue) => {
        const [ready, inflight] = await Promise.all([
          this.redis.zcard(this.keys.ready(shard, queue)),
          this.redis.zcard(this.keys.inflight(shard, queue)),
        ]);
        return { queue, depth: ready + inflight };
      }),
    );
  }

  /** Messages to rooms that were not acted on yet. */
  async dueMessages(shard: number): Promise<number> {
    return this.redis.zcard(this.keys.outbox(shard));
  }
}
