import { rooms, shardOfDirective, type Room } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';
import type { FanOutTask } from '../write/dispatch.js';

/** What is written on a shard's worklists and due: work whose message or process may have been lost. */
export interface Agenda {
  messages: { room: Room; directiveId: string }[];
  expanding: FanOutTask[];
  closing: string[];
  /** The chunk of a cascade that is worked off next, however long it is filed. */
  nextChunk: string | undefined;
  queues: string[];
}

const discardPage = 1_000;
const heldAgainMs = 2_000;
/** On a cluster the time is asked of any master, and the entries have the time of their own: what was filed just now is due, what was put off is not. */
const clocksApartMs = 1_000;

/** A worker holds the job and was told to stop, also while Redis is full: ZADD needs memory, in place of a score it takes none. */
const putOff = `#!lua flags=allow-oom
return redis.call('ZADD', KEYS[1], 'XX', ARGV[1], ARGV[2])`;

/** What came of an order to remove a job; `held` by a worker. */
export type RemovedJob = 'removed' | 'held' | 'absent';

export interface InflightAttempt {
  jobId: string;
  deadlineMs: number;
}

/** Reads the worklists of a shard in one round trip; every list is bounded to `page`. */
export class ShardAgenda {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** `olderThanMs`: how long a message or expansion may be under way before a sweeper takes it up, by Redis' clock. */
  async read(shard: number, olderThanMs: number, page: number): Promise<Agenda> {
    const nowMs = await this.nowMs();
    const before = nowMs - olderThanMs;
    const [outbox, expand, closing, [nextChunk], queues] = await Promise.all([
      this.redis.zrangebyscore(this.keys.outbox(shard), '-inf', String(before), 'LIMIT', 0, page),
      this.redis.zrangebyscore(this.keys.expand(shard), '-inf', String(before), 'LIMIT', 0, page),
      this.redis.zrangebyscore(this.keys.closing(shard), '-inf', String(before), 'LIMIT', 0, page),
      this.redis.zrange(this.keys.cascade(shard), '0', '0'),
      this.redis.smembers(this.keys.queues(shard)),
    ]);
    return {
      messages: outbox.flatMap(parseMessage),
      expanding: expand.map(parseMember),
      closing,
      nextChunk,
      queues,
    };
  }

  async queues(shard: number): Promise<string[]> {
    return this.redis.smembers(this.keys.queues(shard));
  }

  async nowMs(): Promise<number> {
    return redisNowMs(this.redis);
  }

  /** A message was sent again: not due before another period has passed. The room itself strikes it off. */
  async postpone(shard: number, room: Room, directiveId: string): Promise<void> {
    await this.redis.zadd(this.keys.outbox(shard), 'XX', String(await this.nowMs()), `${room}:${directiveId}`);
  }

  /** Has a page of the due jobs removed that lost their permission; answers how many it looked at. One that a worker holds is due again later: it was told to stop. */
  async drainDiscards(shard: number, remove: (queue: string, jobId: string) => Promise<RemovedJob>): Promise<number> {
    const nowMs = await this.nowMs();
    const key = this.keys.discard(shard);
    const due = await this.redis.zrangebyscore(key, '-inf', String(nowMs + clocksApartMs), 'LIMIT', 0, discardPage);
    await Promise.all(
      due.map(async (member) => {
        const { queue, jobId } = parseDiscard(member);
        const isHeld = (await remove(queue, jobId)) === 'held';
        if (isHeld) await this.redis.eval(putOff, 1, key, nowMs + heldAgainMs, member);
        else await this.redis.zrem(key, member);
      }),
    );
    return due.length;
  }

  /** A page of the attempts in flight on a queue, by deadline: the overdue ones first, then from `offset` on. */
  async inflight(shard: number, queue: string, offset: number, page: number): Promise<InflightAttempt[]> {
    const key = this.keys.inflight(shard, queue);
    const [overdue, others] = await Promise.all([
      this.redis.zrangebyscore(key, '-inf', String(await this.nowMs()), 'WITHSCORES', 'LIMIT', 0, page),
      this.redis.zrange(key, String(offset), String(offset + page - 1), 'WITHSCORES'),
    ]);
    const deadlines = new Map([...pairsOf(overdue), ...pairsOf(others)]);
    return [...deadlines].map(([jobId, deadlineMs]) => ({ jobId, deadlineMs }));
  }

  /** Attempts in flight on a queue. */
  async inflightCount(shard: number, queue: string): Promise<number> {
    return this.redis.zcard(this.keys.inflight(shard, queue));
  }

  /** Which of these jobs are no longer in flight. */
  async areSettled(shard: number, queue: string, jobIds: readonly string[]): Promise<boolean[]> {
    const scores = await this.redis.zmscore(this.keys.inflight(shard, queue), ...jobIds);
    return scores.map((score) => score === null);
  }

  /** Which of these jobs are to be removed anyway. */
  async areDiscarded(shard: number, queue: string, jobIds: readonly string[]): Promise<boolean[]> {
    const members = jobIds.map((jobId) => `${queue}|${jobId}`);
    const scores = await this.redis.zmscore(this.keys.discard(shard), ...members);
    return scores.map((score) => score !== null);
  }

  /** These jobs are just being deleted: nobody has to remove them any more. */
  async strikeDiscards(shard: number, queue: string, jobIds: readonly string[]): Promise<void> {
    if (jobIds.length === 0) return;
    await this.redis.zrem(this.keys.discard(shard), ...jobIds.map((jobId) => `${queue}|${jobId}`));
  }

  /** Drops orders to workers that are older. */
  async trimControl(shard: number, olderThanMs: number): Promise<void> {
    const oldest = `${Math.max(0, (await this.nowMs()) - olderThanMs)}-0`;
    await this.redis.xtrim(this.keys.control(shard), 'MINID', oldest);
  }

  /** Whether the tenant's home slot is still to be told something of the directive. */
  async owesHomeSlot(directiveId: string): Promise<boolean> {
    const key = this.keys.permits(shardOfDirective(directiveId)!);
    for (let cursor = '0'; ;) {
      const [next, found] = await this.redis.zscan(key, cursor, 'MATCH', `*"${directiveId}"*`, 'COUNT', 1_000);
      if (found.length > 0) return true;
      if (next === '0') return false;
      cursor = next;
    }
  }

  /** Whether its children are still to be told that it ended. */
  async owesChildren(directiveId: string): Promise<boolean> {
    return (await this.redis.zscore(this.keys.orphaning(shardOfDirective(directiveId)!), directiveId)) !== null;
  }

  async readyCount(shard: number, queue: string): Promise<number> {
    return this.redis.zcard(this.keys.ready(shard, queue));
  }

  /** Sets a stranger's job aside with the reason; at most about 10,000 are kept. */
  async setAside(shard: number, queue: string, jobId: string, reason: string): Promise<void> {
    await this.redis.xadd(
      this.keys.aside(shard),
      'MAXLEN',
      '~',
      '10000',
      '*',
      'queue',
      queue,
      'jobId',
      jobId,
      'reason',
      reason,
    );
  }
}

function parseMessage(member: string): { room: Room; directiveId: string }[] {
  const [room, directiveId] = member.split(':') as [string, string];
  return rooms.some((known) => known === room) ? [{ room: room as Room, directiveId }] : [];
}

function pairsOf(flat: readonly string[]): [string, number][] {
  return flat.flatMap((member, at): [string, number][] => (at % 2 === 0 ? [[member, Number(flat[at + 1])]] : []));
}

function parseMember(member: string): FanOutTask {
  const [directiveId, index] = member.split('.') as [string, string];
  return { directiveId, index };
}

function parseDiscard(member: string): { queue: string; jobId: string } {
  const at = member.indexOf('|');
  return { queue: member.slice(0, at), jobId: member.slice(at + 1) };
}
