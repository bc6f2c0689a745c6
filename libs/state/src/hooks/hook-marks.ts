import { runPipeline, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { Positions, ShardEvents } from '../stream/shard-events.js';
import { streamStart } from '../stream/stream-id.js';

/** How far each shard's events were filed for webhooks, durably. */
export class HookMarks {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly events: ShardEvents,
  ) {}

  /** Where to read on, and the shards in which events are gone that nobody filed. */
  async positions(shards: number): Promise<{ positions: Positions; cut: number[] }> {
    const positions: Positions = new Map();
    const cut: number[] = [];
    for (let shard = 0; shard < shards; shard += 1) {
      const mark = await this.redis.get(this.keys.hooked(shard));
      // Nobody has read yet: from the first event that is left, for what was removed before is not missed.
      const standing = mark === null ? undefined : await this.events.standing(shard, mark);
      positions.set(shard, standing?.is === 'rewound' ? standing.to : (mark ?? streamStart));
      if (standing?.is === 'cut') cut.push(shard);
    }
    return { positions, cut };
  }

  async publish(positions: Positions): Promise<void> {
    const marks = [...positions].map(([shard, place]) => ['set', this.keys.hooked(shard), place] as const);
    for (const [error] of await runPipeline(this.redis, marks)) if (error) throw error;
  }
}
