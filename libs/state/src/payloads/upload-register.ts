import { CocError, shardOfDirective } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { redisNowMs } from '../redis/redis-clock.js';

/** Whose large values were stored before it was accepted. */
export interface Upload {
  tenant: string;
  directiveId: string;
}

export interface AbandonedUpload extends Upload {
  beganAtMs: number;
}

/** Removing the files of one directive takes seconds at most. */
const removalMs = 60_000;

/** Tells files of a directive that never came to be from all others: large values are stored first, and the server may die before it is accepted. */
export class UploadRegister {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Before its first file is written. Throws UNAVAILABLE while files of an earlier try are removed. */
  async begin(upload: Upload): Promise<void> {
    await this.redis.zadd(this.keyOf(upload), String(await redisNowMs(this.redis)), memberOf(upload));
    // Whoever removes marks first and looks then, so one of the two sees the other.
    if ((await this.redis.exists(this.markOf(upload))) === 0) return;
    const detail = `files of an earlier try of ${upload.directiveId} are just being removed; send the request again`;
    throw new CocError('UNAVAILABLE', detail);
  }

  /** It is accepted, or its files are gone. */
  async end(upload: Upload): Promise<void> {
    await this.redis.zrem(this.keyOf(upload), memberOf(upload));
  }

  /** Begun so long ago and not ended, the oldest first. */
  async abandoned(shard: number, olderThanMs: number, count: number): Promise<AbandonedUpload[]> {
    const before = (await redisNowMs(this.redis)) - olderThanMs;
    const key = this.keys.uploads(shard);
    const flat = await this.redis.zrangebyscore(key, '-inf', String(before), 'WITHSCORES', 'LIMIT', 0, count);
    return flat.flatMap((member, at) => {
      if (at % 2 === 1) return [];
      const [tenant, directiveId] = member.split(' ') as [string, string];
      return [{ tenant, directiveId, beganAtMs: Number(flat[at + 1]) }];
    });
  }

  /** Ends it, with its files when it never became a directive and nobody tries again; answers whether they were removed. */
  async giveUp(upload: AbandonedUpload, removeFiles: () => Promise<unknown>): Promise<boolean> {
    await this.redis.set(this.markOf(upload), '1', 'PX', removalMs);
    const score = await this.redis.zscore(this.keyOf(upload), memberOf(upload));
    const isSame = Number(score) === upload.beganAtMs;
    const isStray = isSame && !(await this.isDirective(upload));
    if (isStray) await removeFiles();
    if (isSame) await this.end(upload);
    await this.redis.del(this.markOf(upload));
    return isStray;
  }

  /** Also while it is being removed: then its files go with it. */
  private async isDirective({ directiveId }: Upload): Promise<boolean> {
    const key = this.keys.directive(directiveId);
    return (await this.redis.exists(key, `${key}:retiring`)) > 0;
  }

  private markOf({ directiveId }: Upload): string {
    return `${this.keys.uploads(shardOfDirective(directiveId)!)}:removing:${directiveId}`;
  }

  private keyOf({ directiveId }: Upload): string {
    return this.keys.uploads(shardOfDirective(directiveId)!);
  }
}

function memberOf({ tenant, directiveId }: Upload): string {
  return `${tenant} ${directiveId}`;
}
