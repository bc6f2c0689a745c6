import type { PermitKind } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** A task in one round of asking, for one attempt; or a directive, of which `index` is empty. */
export interface PermitPlace {
  directiveId: string;
  index: string;
  round: string;
}

/** What is filed on a shard for the home slot of a tenant. */
export interface PermitOrder {
  place: PermitPlace;
  word: 'ask' | 'back';
  tenant: string;
  kind: PermitKind;
  key: string;
  max: string;
  perMs: string;
  /** As it stands on the worklist. */
  member: string;
}

/** A place or a turn that a home slot gave, to be brought to its task. */
export interface GivenPermit {
  place: PermitPlace;
  tenant: string;
  kind: PermitKind;
  key: string;
  /** When a rate lets it go; null: at once. */
  turnAtMs: number | null;
  /** Micro-USD that were drawn. */
  amount?: number;
}

export type PermitAnswer =
  | { result: 'granted'; turnAtMs: number | null; amount?: number }
  | { result: 'waiting' }
  | { result: 'returned' };

const page = 100;

/** Carries limits that cross shards between the shards' worklists and the home slots of tenants. Everything may be repeated. */
export class PermitStore {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** What was filed at least `olderThanMs` ago, or is to be asked again; at most 100. */
  async due(shard: number, olderThanMs: number): Promise<{ orders: PermitOrder[]; hasMore: boolean }> {
    const before = (await redisNowMs(this.redis)) - olderThanMs;
    const key = this.keys.permits(shard);
    const members = await this.redis.zrangebyscore(key, '-inf', String(before), 'LIMIT', 0, page);
    return { orders: members.map(parseOrder), hasMore: members.length === page };
  }

  async take({ place, tenant, kind, key, max, perMs }: PermitOrder): Promise<PermitAnswer> {
    const args = [kind, key, holderOf(place), max, perMs];
    const reply = await this.scripts.run({ name: 'take-permit', root: this.keys.tenant(tenant), args });
    const [result, value] = reply as [PermitAnswer['result'], string | number];
    if (result !== 'granted') return { result };
    if (kind === 'spend') return { result, turnAtMs: null, amount: Number(value) };
    return { result, turnAtMs: value === '' ? null : Number(value) };
  }

  /** Who got the place that became free. `max`: what it asked under, what is left, or what was spent. */
  async giveBack(given: Omit<GivenPermit, 'turnAtMs'>, max: string): Promise<GivenPermit[]> {
    const { place, tenant, kind, key } = given;
    const args = [kind, key, holderOf(place), max];
    const holders = await this.scripts.run({ name: 'return-permit', root: this.keys.tenant(tenant), args });
    return (holders as string[]).map((holder) => ({ place: placeOf(holder), tenant, kind, key, turnAtMs: null }));
  }

  async strike(shard: number, { member }: PermitOrder): Promise<void> {
    await this.redis.zrem(this.keys.permits(shard), member);
  }

  /** It stands in line at its home slot, and is told when its turn comes; should that word be lost, it is asked again after a while. */
  async postpone(shard: number, { member }: PermitOrder, byMs: number): Promise<void> {
    const atMs = (await redisNowMs(this.redis)) + byMs;
    await this.redis.zadd(this.keys.permits(shard), 'XX', String(atMs), member);
  }
}

function holderOf({ directiveId, index, round }: PermitPlace): string {
  return `${directiveId}.${index}.${round}`;
}

function placeOf(holder: string): PermitPlace {
  const [directiveId, index, round] = holder.split('.') as [string, string, string];
  return { directiveId, index, round };
}

function parseOrder(member: string): PermitOrder {
  const [word, directiveId, index, round, tenant, kind, key, max, perMs] = JSON.parse(member) as string[];
  return { word, place: { directiveId, index, round }, tenant, kind, key, max, perMs, member } as PermitOrder;
}
