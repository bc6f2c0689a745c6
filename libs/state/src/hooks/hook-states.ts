import { runPipeline, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';

/** How a webhook fares. */
export interface HookState {
  /** Since when nothing could be delivered. */
  failingSince?: number | undefined;
  disabledAt?: number | undefined;
}

/** Longer than any directive runs: what is said of its webhooks is forgotten by itself. */
const keepSeconds = 60 * 24 * 3_600;

/** What is known of webhooks from delivering to them. */
export class HookStates {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** In the order of the ids. */
  async of(tenant: string, hookIds: readonly string[]): Promise<HookState[]> {
    const replies = await runPipeline(
      this.redis,
      hookIds.map((id) => ['hgetall', this.keys.hookState(tenant, id)]),
    );
    return replies.map(([error, reply]) => {
      if (error) throw error;
      const { failingSince, disabledAt } = reply as Record<string, string>;
      return {
        failingSince: failingSince && Number(failingSince),
        disabledAt: disabledAt && Number(disabledAt),
      } as HookState;
    });
  }

  async succeeded(tenant: string, hookId: string): Promise<void> {
    await this.redis.hdel(this.keys.hookState(tenant, hookId), 'failingSince');
  }

  /** True when it is disabled by this: it has failed for so long. */
  async failed(tenant: string, hookId: string, disableAfterMs: number): Promise<boolean> {
    const key = this.keys.hookState(tenant, hookId);
    const nowMs = await redisNowMs(this.redis);
    await this.redis.hsetnx(key, 'failingSince', nowMs);
    await this.redis.expire(key, keepSeconds);
    const since = Number(await this.redis.hget(key, 'failingSince'));
    return nowMs - since >= disableAfterMs && this.disable(tenant, hookId);
  }

  /** True when it was not disabled before. */
  async disable(tenant: string, hookId: string): Promise<boolean> {
    const key = this.keys.hookState(tenant, hookId);
    const isNew = (await this.redis.hsetnx(key, 'disabledAt', await redisNowMs(this.redis))) === 1;
    if (hookId.startsWith('wh_')) await this.redis.persist(key);
    else await this.redis.expire(key, keepSeconds);
    return isNew;
  }
}
