import { actionOfQueue, actionQueue, type GrantView } from '#libs/contracts';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';

interface StoredGrant {
  maxScore: number;
  untilMs: number;
  by: string;
}

/** What a tenant's approvers let go for a while, by action; each shard has its own copy, for a script sees one shard only. */
export class GrantRegister {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly shards: number,
  ) {}

  async give(tenant: string, { action, maxScore, until, by }: GrantView): Promise<void> {
    const text = JSON.stringify({ maxScore, untilMs: Date.parse(until), by } satisfies StoredGrant);
    for (const shard of this.all()) {
      await this.redis.hset(this.keys.grants(shard, tenant), actionQueue(action, shard), text);
    }
  }

  /** Those that still hold, by action. */
  async list(tenant: string, nowMs: number): Promise<GrantView[]> {
    const stored = await this.redis.hgetall(this.keys.grants(0, tenant));
    const grants = Object.entries(stored).map(([queue, text]) => viewGrant(actionOfQueue(queue)!, text));
    return grants
      .filter(({ until }) => Date.parse(until) > nowMs)
      .toSorted((left, right) => (left.action < right.action ? -1 : 1));
  }

  /** False when there was none. */
  async revoke(tenant: string, action: string): Promise<boolean> {
    const removed = await Promise.all(
      this.all().map(async (shard) => this.redis.hdel(this.keys.grants(shard, tenant), actionQueue(action, shard))),
    );
    return removed.some((count) => count > 0);
  }

  private all(): number[] {
    return Array.from({ length: this.shards }, (_, shard) => shard);
  }
}

function viewGrant(action: string, text: string): GrantView {
  const { maxScore, untilMs, by } = JSON.parse(text) as StoredGrant;
  return { action, maxScore, until: new Date(untilMs).toISOString(), by };
}
