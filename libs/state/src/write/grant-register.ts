import { actionOfQueue, actionQueue, shardOfDirective, type GrantView } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

interface StoredGrant {
  maxScore: number;
  /** Of a directive's grant: as long as it lives. */
  untilMs?: number;
  by: string;
}

type TimedGrant = Required<StoredGrant>;

const fieldOf = (queue: string): string => `grant:${queue}`;

/** What a tenant's approvers let go for a while, by action; each shard has its own copy, for a script sees one shard only. */
export class GrantRegister {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly shards: number,
  ) {}

  async give(tenant: string, action: string, grant: TimedGrant): Promise<void> {
    const text = JSON.stringify(grant satisfies StoredGrant);
    for (const shard of this.all()) {
      await this.redis.hset(this.keys.grants(shard, tenant), actionQueue(action, shard), text);
    }
  }

  /** Those that still hold, by action. */
  async list(tenant: string, nowMs: number): Promise<GrantView[]> {
    const stored = await this.redis.hgetall(this.keys.grants(0, tenant));
    return Object.entries(stored)
      .map(([queue, text]) => viewGrant(queue, text))
      .filter(({ until }) => until === null || Date.parse(until) > nowMs)
      .toSorted(byAction);
  }

  /** Those that hold in one directive only. */
  async listOf(directiveId: string): Promise<GrantView[]> {
    const found: GrantView[] = [];
    for (let cursor = '0', isFirst = true; isFirst || cursor !== '0'; isFirst = false) {
      const tasks = this.keys.tasks(directiveId);
      const [next, flat] = await this.redis.hscan(tasks, cursor, 'MATCH', fieldOf('*'), 'COUNT', 1_000);
      cursor = next;
      for (let at = 0; at < flat.length; at += 2) {
        found.push(viewGrant(flat[at]!.slice(fieldOf('').length), flat[at + 1]!, directiveId));
      }
    }
    return found.toSorted(byAction);
  }

  /** False when there was none. */
  async revokeOf(directiveId: string, action: string): Promise<boolean> {
    const queue = actionQueue(action, shardOfDirective(directiveId)!);
    return (await this.redis.hdel(this.keys.tasks(directiveId), fieldOf(queue))) > 0;
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

function byAction(left: GrantView, right: GrantView): number {
  return left.action < right.action ? -1 : 1;
}

function viewGrant(queue: string, text: string, directiveId: string | null = null): GrantView {
  const { maxScore, untilMs, by } = JSON.parse(text) as StoredGrant;
  const until = untilMs === undefined ? null : new Date(untilMs).toISOString();
  return { action: actionOfQueue(queue)!, maxScore, directiveId, until, by };
}
