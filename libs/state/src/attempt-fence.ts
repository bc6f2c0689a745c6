import { formatAttemptId, formatTaskIndex, shardOfDirective, type AttemptId } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from './keys.js';
import { redisNowMs } from './redis/redis-clock.js';
import type { Replication } from './redis/replication.js';

/** Whether an attempt may still act: its directive is not final or paused-to-close and its fence is the current one; and for how long. */
export class AttemptFence {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly replication: Replication,
  ) {}

  /** To be taken before what `isKept` is to be asked about. */
  get connection(): number {
    return this.replication.connection;
  }

  /** Whether enough replicas have all that was written and read since: a grant that a failover takes back might be given a second time. */
  async isKept(id: AttemptId, connection: number): Promise<boolean> {
    return this.replication.confirm(connection, this.keys.rootOf(id.directiveId));
  }

  async isCurrent(id: AttemptId): Promise<boolean> {
    const [closing, record] = await Promise.all([
      this.redis.hget(this.keys.directive(id.directiveId), 'closing'),
      this.redis.hget(this.keys.tasks(id.directiveId), formatTaskIndex(id.taskIndex)),
    ]);
    if (record === null || (closing !== null && closing !== '')) return false;
    const task = JSON.parse(record) as { state: string; attempt: number; nonce: string };
    return (
      task.attempt === id.attempt &&
      task.nonce === id.nonce &&
      (task.state === 'dispatched' || task.state === 'running')
    );
  }

  /** Milliseconds to the attempt's deadline by Redis' clock; undefined when it is not in flight. */
  async leftMs(id: AttemptId, queue: string): Promise<number | undefined> {
    const shard = shardOfDirective(id.directiveId)!;
    const [deadline, nowMs] = await Promise.all([
      this.redis.zscore(this.keys.inflight(shard, queue), formatAttemptId(id)),
      redisNowMs(this.redis),
    ]);
    return deadline === null ? undefined : Number(deadline) - nowMs;
  }
}
