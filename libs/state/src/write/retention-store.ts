import { limits, shardOfDirective } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** What of a directive stands outside its shard, once nothing of it is left there but its record. */
export interface BareDirective {
  id: string;
  tenant: string;
  ref: string;
  /** How often it drew money of the day. */
  draws: number;
}

export type RetireStep =
  | { result: 'kept' | 'unknown' | 'removed' | 'more' }
  | { result: 'bare'; directive: BareDirective };

/** A tenant's directives by age, from `offset` on; `isEnd` when there are no more as old. */
export interface RestedPage {
  ids: string[];
  isEnd: boolean;
}

/** Log lines of a job that is about to be deleted. */
export interface JobLog {
  /** The list with the lines. */
  key: string;
  directiveId: string;
  /** `<index>.<attempt>` */
  attemptKey: string;
}

type RetireReply = [result: string, tenant?: string, ref?: string, draws?: string];

/** 100 tasks: up to 500 keys of log lines, and 500 members of worklists. */
const tasksPerCall = 100;

/** Takes out of Redis what rested long enough. Every step may be repeated, and goes on where another one stopped. */
export class RetentionStore {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** A page of the tenants that have directives in the shard, and the place of the next page; 0 after the last. */
  async tenants(shard: number, offset: number, count: number): Promise<{ tenants: string[]; next: number }> {
    const tenants = await this.redis.zrange(this.keys.tenants(shard), String(offset), String(offset + count - 1));
    return { tenants, next: tenants.length < count ? 0 : offset + count };
  }

  /** Those that were accepted before; whether they rest is for the script to see. */
  async acceptedBefore(
    shard: number,
    tenant: string,
    { beforeMs, offset, count }: { beforeMs: number; offset: number; count: number },
  ): Promise<RestedPage> {
    const key = this.keys.index(shard, tenant);
    const ids = await this.redis.zrangebyscore(key, '-inf', String(beforeMs), 'LIMIT', offset, count);
    return { ids, isEnd: ids.length < count };
  }

  /** Directives whose removal began before and did not end: its process may be gone. */
  async begun(shard: number, beforeMs: number, count: number): Promise<string[]> {
    return this.redis.zrangebyscore(this.keys.retiring(shard), '-inf', String(beforeMs), 'LIMIT', 0, count);
  }

  /** Others get their turn before these, whose removal failed. */
  async putOff(shard: number, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const now = String(await redisNowMs(this.redis));
    await this.redis.zadd(this.keys.retiring(shard), 'XX', ...ids.flatMap((id) => [now, id]));
  }

  /** `alone`: nothing of a directive stands outside of Redis. In one pipeline; a call that failed answers its error. */
  async retire(
    ids: readonly string[],
    tenant: string,
    restedByMs: number,
    word: '' | 'alone' | 'end',
  ): Promise<(RetireStep | Error)[]> {
    const calls = ids.map((id) => ({
      name: 'retire-directive',
      root: this.keys.rootOf(id),
      args: [id, tenant, restedByMs, tasksPerCall, word],
    }));
    const replies = await this.scripts.runAll(calls);
    return replies.map((reply, at) => (reply instanceof Error ? reply : stepOf(ids[at]!, reply as RetireReply)));
  }

  /** The home slot of its tenant forgets it. */
  async forget({ id, tenant, ref, draws }: BareDirective): Promise<void> {
    await this.scripts.run({ name: 'forget-directive', root: this.keys.tenant(tenant), args: [id, ref, draws] });
  }

  /** Lines of a directive that is gone are deleted. A job of the shard whose id names another one is nobody's: its lines stay where they are. */
  async keepLogs(shard: number, logs: readonly JobLog[]): Promise<void> {
    const own = logs.filter(({ directiveId }) => shardOfDirective(directiveId) === shard);
    for (let from = 0; from < own.length; from += limits.scriptChunk) {
      const some = own.slice(from, from + limits.scriptChunk);
      const args = some.flatMap(({ key, directiveId, attemptKey }) => [key, directiveId, attemptKey]);
      await this.scripts.run({ name: 'keep-logs', root: this.keys.root(shard), args });
    }
  }
}

function stepOf(id: string, [result, tenant = '', ref = '', draws = '0']: RetireReply): RetireStep {
  if (result === 'bare') return { result, directive: { id, tenant, ref, draws: Number(draws) } };
  return { result: result as 'kept' | 'unknown' | 'removed' | 'more' };
}
