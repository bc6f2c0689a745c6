import { roomQueue, rooms } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import { takeOverAfterMs } from './outcome-reader.js';
import { barredField, barredMs } from './job-marks.js';
import { QueueKeys } from './queue-keys.js';
import { maxLenEvents } from './queue-sender.js';

/** What became of a job as far as BullMQ's keys tell. */
export type JobFate =
  | { fate: 'gone' }
  | { fate: 'pending'; started: boolean }
  | { fate: 'finished'; finishedAtMs: number };

export interface FinishedJob {
  jobId: string;
  /** The list with its log lines. */
  logsKey: string;
}

/** Whose word it is which finished jobs may go, and what is done before they do. */
export interface FinishedJobRules {
  areSettled: (jobIds: string[]) => Promise<boolean[]>;
  prepare: (jobs: FinishedJob[]) => Promise<void>;
}

export type JobOutcome = { event: 'completed'; returnValue: string } | { event: 'failed'; failedReason: string };

const provePage = 1_000;
const sweepPage = 500;
const roomEvents = 100;
const provePages = 20;
/** 50,000 jobs a sweep of 5 s: more than a shard can finish. */
const sweepPages = 100;

/** Keeps a shard's worker queues in the state the executor relies on, and looks at single jobs. */
export class QueueKeeper {
  constructor(
    private readonly redis: Redis,
    private readonly root: string,
  ) {}

  /** Stops every worker's stalled mover, and undoes what any other `new Queue()` did to the length of the event stream. */
  async assertSettings(queues: readonly string[]): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const queue of queues) {
      const keys = this.keys(queue);
      pipeline.set(keys.stalledCheck(), '1');
      pipeline.hset(keys.meta(), 'opts.maxLenEvents', maxLenEvents);
    }
    await pipeline.exec();
  }

  /** Jobs in `active` whose lock is gone: their worker died, was stopped, or lost Redis for longer than its lock. */
  async findUnlocked(queue: string, most: number): Promise<string[]> {
    const keys = this.keys(queue);
    // New jobs enter at the head: the oldest, which are the lost ones, stand at the tail.
    const active = await this.redis.lrange(keys.active(), -most, -1);
    if (active.length === 0) return [];
    // A job that ended since leaves the list and its lock in one step, so both are looked at in one step.
    const transaction = this.redis.multi().lrange(keys.active(), 0, -1);
    for (const jobId of active) transaction.exists(keys.lock(jobId));
    const [list, ...locks] = ((await transaction.exec()) ?? []).map(([, reply]) => reply);
    const stillActive = new Set(list as string[]);
    return active.filter((jobId, at) => stillActive.has(jobId) && locks[at] === 0);
  }

  /** Keeps every lock for as long: at its `maxmemory` Redis lets no BullMQ worker renew its own. */
  async keepLocks(queue: string, ms: number): Promise<void> {
    const keys = this.keys(queue);
    const active = await this.redis.lrange(keys.active(), 0, -1);
    const pipeline = this.redis.pipeline();
    for (const jobId of active) pipeline.pexpire(keys.lock(jobId), ms, 'GT');
    await pipeline.exec();
  }

  /** When the job was sent that waits longest for a worker, by its sender's clock; undefined when none waits. */
  async oldestWaitingSince(queue: string): Promise<number | undefined> {
    const keys = this.keys(queue);
    const jobId = await this.redis.lindex(keys.wait(), -1);
    const sentAt = jobId === null ? null : await this.redis.hget(keys.job(jobId), 'timestamp');
    return sentAt === null ? undefined : Number(sentAt);
  }

  /** Takes a lost job out of `active` and deletes it; its worker, should it live, finds nothing to finish, and a late sender cannot add it again. */
  async dropActive(queue: string, jobId: string): Promise<void> {
    const keys = this.keys(queue);
    await this.redis
      .multi()
      .lrem(keys.active(), 0, jobId)
      .del(keys.job(jobId), keys.logs(jobId), keys.lock(jobId))
      .hset(keys.job(jobId), barredField, '1')
      .pexpire(keys.job(jobId), barredMs)
      .exec();
  }

  /** Jobs at work, jobs that no worker has taken yet, and jobs that ended in the last second: by their workers' clocks, so it is a rough figure. */
  async load(queue: string): Promise<{ active: number; waiting: number; donePerS: number }> {
    const keys = this.keys(queue);
    const since = Date.now() - 1_000;
    const [active, waiting, ...done] = await Promise.all([
      this.redis.llen(keys.active()),
      this.redis.llen(keys.wait()),
      this.redis.zcount(keys.completed(), since, '+inf'),
      this.redis.zcount(keys.failed(), since, '+inf'),
    ]);
    return { active, waiting, donePerS: done[0] + done[1] };
  }

  /** Of each queue what tells whether workers take jobs from it: how many wait, how many are at work, and which ended last. */
  async signs(
    queues: readonly string[],
  ): Promise<{ waiting: number; atWork: number; ended: string[]; isLimited: boolean }[]> {
    const pipeline = this.redis.pipeline();
    for (const keys of queues.map((queue) => this.keys(queue))) {
      pipeline.llen(keys.wait()).llen(keys.active());
      pipeline.zrange(keys.completed(), '-1', '-1').zrange(keys.failed(), '-1', '-1').exists(keys.limiter());
    }
    const replies = ((queues.length > 0 && (await pipeline.exec())) || []).map(([, reply]) => reply);
    return queues.map((_, at) => {
      type Signs = [waiting: number, atWork: number, completed: string[], failed: string[], limiters: number];
      const [waiting, atWork, completed, failed, limiters] = replies.slice(at * 5) as Signs;
      return { waiting, atWork, ended: [...completed, ...failed], isLimited: limiters === 1 };
    });
  }

  async fates(queue: string, jobIds: readonly string[]): Promise<JobFate[]> {
    const pipeline = this.redis.pipeline();
    for (const jobId of jobIds) pipeline.hmget(this.keys(queue).job(jobId), 'timestamp', 'processedOn', 'finishedOn');
    const replies = (await pipeline.exec()) ?? [];
    return replies.map(([, reply]) => fateOf(reply as (string | null)[]));
  }

  /** What a finished job brought: read for the few that need it, for a value may have a megabyte. */
  async outcome(queue: string, jobId: string): Promise<JobOutcome> {
    const [returnValue, failedReason] = await this.redis.hmget(
      this.keys(queue).job(jobId),
      'returnvalue',
      'failedReason',
    );
    return typeof failedReason === 'string'
      ? { event: 'failed', failedReason }
      : { event: 'completed', returnValue: returnValue ?? 'null' };
  }

  /**
   * True only when the event stream reaches back to before `sinceMs` and names no such job: then it was never in the queue, and so never started.
   * A stream that was deleted or trimmed in between proves nothing.
   */
  async wasNeverAdded(queue: string, jobId: string, sinceMs: number): Promise<boolean> {
    const stream = this.keys(queue).events();
    const [before] = await this.redis.xrevrange(stream, String(sinceMs - 1), '-', 'COUNT', 1);
    if (!before) return false;
    let from = `(${before[0]}`;
    for (let page = 0; page < provePages; page += 1) {
      const entries = await this.redis.xrange(stream, from, '+', 'COUNT', provePage);
      if (entries.some(([, fields]) => fields.includes(jobId))) return false;
      if (entries.length < provePage) return true;
      from = `(${entries.at(-1)![0]}`;
    }
    return false;
  }

  /** What the reader took and did not acknowledge is taken over by another at once; a reader that left nothing is forgotten. */
  async handOver(queue: string, consumer: string): Promise<void> {
    const stream = this.keys(queue).events();
    const pending = (await this.redis.xpending(stream, 'settle', '-', '+', provePage, consumer)) as [string][];
    const ids = pending.map(([id]) => id);
    if (ids.length === 0) await this.redis.xgroup('DELCONSUMER', stream, 'settle', consumer);
    else await this.redis.call('XCLAIM', stream, 'settle', consumer, 0, ...ids, 'IDLE', takeOverAfterMs, 'JUSTID');
  }

  /** Deletes jobs that finished `olderThanMs` ago and are no longer in flight; what is kept of them is for `prepare` to see to. */
  async sweepFinished(queue: string, beforeMs: number, { areSettled, prepare }: FinishedJobRules): Promise<number> {
    const keys = this.keys(queue);
    let swept = 0;
    for (const set of [keys.completed(), keys.failed()]) {
      // What is kept, such as a stranger's job, must not stand in the way of what comes behind it.
      for (let kept = 0, page = 0; page < sweepPages; page += 1) {
        const jobIds = await this.redis.zrangebyscore(set, '-inf', String(beforeMs), 'LIMIT', kept, sweepPage);
        if (jobIds.length === 0) break;
        const settled = await areSettled(jobIds);
        const done = jobIds.filter((_, at) => settled[at]);
        await prepare(done.map((jobId) => ({ jobId, logsKey: keys.logs(jobId) })));
        await this.deleteJobs(keys, done);
        kept += jobIds.length - done.length;
        swept += done.length;
      }
    }
    return swept;
  }

  /** A page of the jobs that no worker has taken yet, and how many there are. */
  async waiting(queue: string, offset: number, count: number): Promise<{ jobIds: string[]; length: number }> {
    const keys = this.keys(queue);
    const [jobIds, length] = await Promise.all([
      this.redis.lrange(keys.wait(), offset, offset + count - 1),
      this.redis.llen(keys.wait()),
    ]);
    return { jobIds, length };
  }

  /** Events of the rooms' own queues are read by nobody. */
  async trimRooms(shard: number): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const room of rooms) pipeline.xtrim(this.keys(roomQueue(room, shard)).events(), 'MAXLEN', '~', roomEvents);
    await pipeline.exec();
  }

  /** Trims an event stream below the oldest entry that a reader has not acknowledged. */
  async trimEvents(queue: string): Promise<void> {
    const stream = this.keys(queue).events();
    const groups = (await this.redis.xinfo('GROUPS', stream).catch(() => [])) as unknown[][];
    const settle = groups.map(fieldsOf).find((group) => group['name'] === 'settle');
    if (!settle) return;
    const pending = (await this.redis.xpending(stream, 'settle')) as [number, string | null];
    const floor = pending[1] ?? String(settle['last-delivered-id']);
    await this.redis.xtrim(stream, 'MINID', '~', floor);
  }

  private async deleteJobs(keys: QueueKeys, jobIds: readonly string[]): Promise<void> {
    if (jobIds.length === 0) return;
    const pipeline = this.redis.pipeline();
    for (const jobId of jobIds) pipeline.del(keys.job(jobId), keys.logs(jobId));
    pipeline.zrem(keys.completed(), ...jobIds);
    pipeline.zrem(keys.failed(), ...jobIds);
    await pipeline.exec();
  }

  private keys(queue: string): QueueKeys {
    return new QueueKeys(this.root, queue);
  }
}

function fateOf([timestamp, processedOn, finishedOn]: (string | null)[]): JobFate {
  if (!timestamp) return { fate: 'gone' };
  if (!finishedOn) return { fate: 'pending', started: Boolean(processedOn) };
  return { fate: 'finished', finishedAtMs: Number(finishedOn) };
}

function fieldsOf(flat: unknown[]): Record<string, unknown> {
  return Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[String(name), flat[at + 1]]] : [])));
}
