import { shardOfDirective } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';

/** Whose large values were stored before it was accepted. */
export interface Upload {
  tenant: string;
  directiveId: string;
}

/** Tells files of a directive that never came to be from all others: large values are stored first, and the server may die before it is accepted. */
export class UploadRegister {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Before its first file is written. */
  async begin(upload: Upload): Promise<void> {
    await this.redis.zadd(this.keyOf(upload), String(await redisNowMs(this.redis)), memberOf(upload));
  }

  /** It is accepted, or its files are gone. */
  async end(upload: Upload): Promise<void> {
    await this.redis.zrem(this.keyOf(upload), memberOf(upload));
  }

  /** Begun so long ago and not ended, the oldest first. */
  async abandoned(shard: number, olderThanMs: number, count: number): Promise<Upload[]> {
    const before = (await redisNowMs(this.redis)) - olderThanMs;
    const members = await this.redis.zrangebyscore(this.keys.uploads(shard), '-inf', String(before), 'LIMIT', 0, count);
    return members.map((member) => {
      const [tenant, directiveId] = member.split(' ') as [string, string];
      return { tenant, directiveId };
    });
  }

  /** Also while it is being removed: then its files go with it. */
  async isDirective({ directiveId }: Upload): Promise<boolean> {
    const key = this.keys.directive(directiveId);
    return (await this.redis.exists(key, `${key}:retiring`)) > 0;
  }

  private keyOf({ directiveId }: Upload): string {
    return this.keys.uploads(shardOfDirective(directiveId)!);
  }
}

function memberOf({ tenant, directiveId }: Upload): string {
  return `${tenant} ${directiveId}`;
}
