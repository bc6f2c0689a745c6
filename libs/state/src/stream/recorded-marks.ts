import { runPipeline, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';
import { viewPointers } from './event-pointer.js';
import type { Positions } from './shard-events.js';
import { entryOf, isAfter, partsOf, readAfter } from './stream-id.js';

/** What a trim found: how long the oldest event that the recorder has not got yet is waiting, null when nothing waits for it. */
export interface TrimReport {
  trimmed: number;
  waitsSinceMs: number | null;
  recordedKey: string;
}

/** A call frees at most this many entries, so that no XTRIM holds Redis up: 0.14 ms on Redis 7. */
const trimStep = 10_000;
/** 500,000 entries a shard and sweep. */
const mostSteps = 50;

/** How far the recorder is with each shard, durably; and the trimming of the streams, which goes no further. */
export class RecordedMarks {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async publish(positions: Positions): Promise<void> {
    const marks = [...positions].map(([shard, position]) => ['set', this.keys.recorded(shard), position] as const);
    const replies = await runPipeline(this.redis, marks);
    for (const [error] of replies) if (error) throw error;
  }

  /** Shards that no recorder ever looked at are absent. */
  async published(shards: readonly number[]): Promise<Positions> {
    const marks = await Promise.all(shards.map(async (shard) => this.redis.get(this.keys.recorded(shard))));
    return new Map(shards.flatMap((shard, at) => (marks[at] === null ? [] : [[shard, marks[at]!]])));
  }

  /** Directives with events that the recorder has not got yet; `many` when more than `most` entries wait for it. Without a recorder none waits. */
  async unrecorded(shard: number, most: number): Promise<ReadonlySet<string> | 'many'> {
    const recorded = await this.redis.get(this.keys.recorded(shard));
    if (recorded === null) return new Set();
    const key = this.keys.shardEvents(shard);
    const entries = await this.redis.xrange(key, `(${readAfter(recorded)}`, '+', 'COUNT', most + 1);
    if (entries.length > most) return 'many';
    const pointers = entries.flatMap(([entryId, fields]) => viewPointers(shard, entryId, fields));
    return new Set(
      pointers.filter(({ streamId }) => isAfter(streamId, recorded)).map(({ directiveId }) => directiveId),
    );
  }

  /** Drops pointers older than `retentionMs`, by Redis' clock; never one after the recorder's position, nor the one at it. */
  async trim(shard: number, retentionMs: number): Promise<TrimReport> {
    const key = this.keys.shardEvents(shard);
    const recordedKey = this.keys.recorded(shard);
    const [recorded, nowMs] = await Promise.all([this.redis.get(recordedKey), redisNowMs(this.redis)]);
    const oldest = `${Math.max(0, nowMs - retentionMs)}-0`;
    const below = recorded !== null && isAfter(oldest, recorded) ? entryOf(recorded) : oldest;
    let trimmed = 0;
    for (let step = 0; step < mostSteps; step += 1) {
      const count = await this.redis.xtrim(key, 'MINID', '~', below, 'LIMIT', trimStep);
      trimmed += count;
      if (count === 0) break;
    }
    const [next] = recorded === null ? [] : await this.redis.xrange(key, `(${readAfter(recorded)}`, '+', 'COUNT', 1);
    return { trimmed, recordedKey, waitsSinceMs: next === undefined ? null : nowMs - partsOf(next[0]).ms };
  }
}
