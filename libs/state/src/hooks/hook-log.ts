import { DeliveryTry } from '#libs/contracts';
import { runPipeline, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

const kept = 100;
const keepSeconds = 7 * 24 * 3_600;

/** The last tries to deliver to a webhook, the newest first. */
export class HookLog {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async add(tenant: string, hookId: string, entry: DeliveryTry): Promise<void> {
    const key = this.keys.hookLog(tenant, hookId);
    await runPipeline(this.redis, [
      ['lpush', key, JSON.stringify(entry)],
      ['ltrim', key, 0, kept - 1],
      ['expire', key, keepSeconds],
    ]);
  }

  async list(tenant: string, hookId: string): Promise<DeliveryTry[]> {
    const entries = await this.redis.lrange(this.keys.hookLog(tenant, hookId), 0, -1);
    return entries.map((text) => DeliveryTry.parse(JSON.parse(text)));
  }
}
