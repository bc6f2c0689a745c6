import { rooms, type Room } from '#libs/contracts';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import type { FanOutTask } from '../write/dispatch.js';

/** What is written on a shard's worklists and due: work whose message or process may have been lost. */
export interface Agenda {
  messages: { room: Room; directiveId: string }[];
  expanding: FanOutTask[];
  closing: string[];
  cascades: number;
  discards: { queue: string; jobId: string }[];
  queues: string[];
}

const page = 100;

/** Reads the worklists of a shard in one round trip; every list is bounded to a page. */
export class ShardAgenda {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** `olderThanMs`: how long a message or expansion may be under way before a sweeper takes it up, by Redis' clock. */
  async read(shard: number, olderThanMs: number): Promise<Agenda> {
    const nowMs = await this.nowMs();
    const before = nowMs - olderThanMs;
    const [outbox, expand, closing, cascades, discard, queues] = await Promise.all([
      this.redis.zrangebyscore(this.keys.outbox(shard), '-inf', String(before), 'LIMIT', 0, page),
      this.redis.zrangebyscore(this.keys.expand(shard), '-inf', String(before), 'LIMIT', 0, page),
      this.redis.zrangebyscore(this.keys.closing(shard), '-inf', String(before), 'LIMIT', 0, page),
      this.redis.zcount(this.keys.cascade(shard), '-inf', String(before)),
      this.redis.zrange(this.keys.discard(shard), 0, String(page - 1)),
      this.redis.smembers(this.keys.queues(shard)),
    ]);
    return {
      messages: outbox.flatMap(parseMessage),
      expanding: expand.map(parseMember),
      closing,
      cascades,
      discards: discard.map(parseDiscard),
      queues,
    };
  }

  async queues(shard: number): Promise<string[]> {
    return this.redis.smembers(this.keys.queues(shard));
  }

  async nowMs(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }

  /** A message was sent again: not due before another period has passed. The room itself strikes it off. */
  async postpone(shard: number, room: Room, directiveId: string): Promise<void> {
    await this.redis.zadd(this.keys.outbox(shard), 'XX', String(await this.nowMs()), `${room}:${directiveId}`);
  }

  async strikeDiscards(shard: number, discards: readonly { queue: string; jobId: string }[]): Promise<void> {
    if (discards.length > 0)
      await this.redis.zrem(this.keys.discard(shard), ...discards.map(({ queue, jobId }) => `${queue}|${jobId}`));
  }

  /** Attempts in flight on a queue, the nearest deadline first: what is overdue or stuck comes before what is new. */
  async inflight(shard: number, queue: string): Promise<{ jobId: string; deadlineMs: number }[]> {
    const flat = await this.redis.zrange(this.keys.inflight(shard, queue), 0, String(page - 1), 'WITHSCORES');
    return flat.flatMap((jobId, at) => (at % 2 === 0 ? [{ jobId, deadlineMs: Number(flat[at + 1]) }] : []));
  }

  /** Which of these jobs are no longer in flight. */
  async areSettled(shard: number, queue: string, jobIds: readonly string[]): Promise<boolean[]> {
    const scores = await this.redis.zmscore(this.keys.inflight(shard, queue), ...jobIds);
    return scores.map((score) => score === null);
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

function parseMember(member: string): FanOutTask {
  const [directiveId, index] = member.split('.') as [string, string];
  return { directiveId, index };
}

function parseDiscard(member: string): { queue: string; jobId: string } {
  const at = member.indexOf('|');
  return { queue: member.slice(0, at), jobId: member.slice(at + 1) };
}
