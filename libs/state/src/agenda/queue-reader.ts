import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

/** A worker queue as the record has it. */
export interface RecordedQueue {
  queue: string;
  ready: number;
  inFlight: number;
  /** Undefined where none is set: the executors' own maximum holds. */
  window: number | undefined;
  /** Since when the task waits that is next in line. */
  nextSinceMs: number | undefined;
}

/** Reads how long the lines of a shard are, and since when the next of each waits. */
export class QueueReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async lines(shard: number): Promise<RecordedQueue[]> {
    const queues = await this.redis.smembers(this.keys.queues(shard));
    if (queues.length === 0) return [];
    const windows = await this.redis.hmget(this.keys.windows(shard), ...queues);
    return Promise.all(
      queues.map(async (queue, at) => {
        const [ready, inFlight, [next]] = await Promise.all([
          this.redis.zcard(this.keys.ready(shard, queue)),
          this.redis.zcard(this.keys.inflight(shard, queue)),
          this.redis.zrange(this.keys.ready(shard, queue), '0', '0'),
        ]);
        const window = typeof windows[at] === 'string' ? Number(windows[at]) : undefined;
        return {
          queue,
          ready,
          inFlight,
          window,
          nextSinceMs: next === undefined ? undefined : await this.sinceOf(next),
        };
      }),
    );
  }

  /** `<directive id>.<task index>`. A task without a state of its own has been ready since its directive started. */
  private async sinceOf(member: string): Promise<number | undefined> {
    const [id, index] = member.split('.') as [string, string];
    const [task, directive] = await Promise.all([
      this.redis.hget(this.keys.tasks(id), index),
      this.redis.hmget(this.keys.directive(id), 'startedAt', 'createdAt'),
    ]);
    const own = task === null ? undefined : (JSON.parse(task) as { since?: number }).since;
    const since = own ?? (Number(directive[0] ?? 0) || Number(directive[1] ?? 0));
    return since === 0 ? undefined : since;
  }
}
