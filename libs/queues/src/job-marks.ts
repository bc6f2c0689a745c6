import { shardOfDirective, parseAttemptId } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import { bullPrefix, type BullAddress } from './bull-connection.js';
import { QueueKeys } from './queue-keys.js';

/** Longer than a sender that was stopped, or cut off from Redis, can be late with what it had decided to send. */
export const barredMs = 600_000;
export const barredField = 'barred';

/** BullMQ adds no job whose key is there. Of a few bytes, so that a cancel goes on while Redis is full. */
const barJob = `#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('HEXISTS', KEYS[1], '${barredField}') == 0 then return 0 end
redis.call('HSET', KEYS[1], '${barredField}', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1`;

const claimJob = `#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSETNX', KEYS[1], 'claimedBy', ARGV[1])
return redis.call('HGET', KEYS[1], 'claimedBy') == ARGV[1] and 1 or 0`;

/** Fields of ours on BullMQ's own record of a job, written in one step with the look at it; they go with the job. */
export class JobMarks {
  constructor(
    private readonly redis: Redis,
    private readonly address: BullAddress,
  ) {}

  /** From now on nobody can send it. False when it is in the queue, or was. */
  async bar(queue: string, jobId: string): Promise<boolean> {
    return (await this.redis.eval(barJob, 1, this.keyOf(queue, jobId), barredMs)) === 1;
  }

  /** True for the first who asks, however often it asks with its own word. */
  async claim(queue: string, jobId: string, word: string): Promise<boolean> {
    return (await this.redis.eval(claimJob, 1, this.keyOf(queue, jobId), word)) === 1;
  }

  private keyOf(queue: string, jobId: string): string {
    const shard = shardOfDirective(parseAttemptId(jobId)?.directiveId ?? '');
    if (shard === undefined) throw new RangeError(`not the id of an attempt: ${jobId}`);
    return new QueueKeys(bullPrefix(this.address, shard), queue).job(jobId);
  }
}
