import { isDirectiveId, limits, type DirectiveWebhook, type EventType } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';
import type { HookState, HookStates } from './hook-states.js';

/** A webhook as it stands in the record. */
export interface StoredHook {
  id: string;
  url: string;
  events?: EventType[] | undefined;
  description?: string | undefined;
  secret: string;
  /** By Redis' clock; 0 for one that came with its directive. */
  createdAt: number;
}

export type Hook = StoredHook & HookState;

const directivesMark = 'directives';

/** The webhooks of tenants, each tenant's in its home slot, and those that directives bring. */
export class HookRegister {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly states: HookStates,
  ) {}

  /** undefined when the tenant has as many as it may have; two at once may make it one more. */
  async create(tenant: string, hook: Omit<StoredHook, 'createdAt'>): Promise<Hook | undefined> {
    const key = this.keys.hooks(tenant);
    const names = await this.redis.hkeys(key);
    if (names.filter((name) => name !== directivesMark).length >= limits.maxWebhooks) return undefined;
    const stored = { ...hook, createdAt: await redisNowMs(this.redis) };
    await this.redis.hset(key, hook.id, JSON.stringify(stored));
    return stored;
  }

  /** The oldest first, and whether a directive of this tenant ever brought some of its own. */
  async ofTenant(tenant: string): Promise<{ hooks: Hook[]; areOfDirectives: boolean }> {
    const { [directivesMark]: mark, ...texts } = await this.redis.hgetall(this.keys.hooks(tenant));
    const stored = Object.values(texts).map((text) => JSON.parse(text) as StoredHook);
    const hooks = await this.withStates(tenant, stored);
    return {
      hooks: hooks.toSorted((left, right) => left.createdAt - right.createdAt),
      areOfDirectives: mark !== undefined,
    };
  }

  /** A tenant's, or one that its directive brought. */
  async find(tenant: string, id: string): Promise<Hook | undefined> {
    const directiveId = id.slice(0, id.lastIndexOf('.'));
    if (isDirectiveId(directiveId)) return (await this.ofDirective(tenant, directiveId)).find((hook) => hook.id === id);
    const text = id === directivesMark ? null : await this.redis.hget(this.keys.hooks(tenant), id);
    return text ? (await this.withStates(tenant, [JSON.parse(text) as StoredHook]))[0] : undefined;
  }

  /** False when there was none. */
  async delete(tenant: string, id: string): Promise<boolean> {
    if (id === directivesMark) return false;
    const isGone = (await this.redis.hdel(this.keys.hooks(tenant), id)) === 1;
    if (isGone) await this.redis.del(this.keys.hookState(tenant, id), this.keys.hookLog(tenant, id));
    return isGone;
  }

  /** Before its first directive with webhooks is accepted: without it, nobody looks into the records of its directives. */
  async expectOfDirectives(tenant: string): Promise<void> {
    await this.redis.hset(this.keys.hooks(tenant), directivesMark, 1);
  }

  /** Those that a directive of the tenant brought. */
  async ofDirective(tenant: string, directiveId: string): Promise<Hook[]> {
    const [owner, request] = await this.redis.hmget(this.keys.directive(directiveId), 'tenant', 'request');
    if (owner !== tenant || !request) return [];
    const { webhooks = [] } = JSON.parse(request) as { webhooks?: DirectiveWebhook[] };
    const stored = webhooks.map((hook, at) => ({ ...hook, id: `${directiveId}.${at}`, createdAt: 0 }));
    return this.withStates(tenant, stored);
  }

  private async withStates(tenant: string, stored: readonly StoredHook[]): Promise<Hook[]> {
    const ids = stored.map(({ id }) => id);
    const states = await this.states.of(tenant, ids);
    return stored.map((hook, at) => ({ ...hook, ...states[at] }));
  }
}
