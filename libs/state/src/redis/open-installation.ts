import type { Redis } from 'ioredis';
import { Keys } from '../keys.js';
import { joinLayout } from './layout-version.js';
import { connectFitRedis, openRedis } from './open-redis.js';

export interface Installation {
  redis: Redis;
  keys: Keys;
  /** Every shard that was ever used: directives of a larger `COC_SHARDS` must still be served when it shrinks. */
  servedShards: number;
  /** Worth a line in the log, such as a Redis without AOF. */
  warnings: string[];
}

/** Connects to a fit Redis and joins the installation in it. Throws RedisUnfitError, and NewerLayoutError for the record of a newer release. */
export async function openInstallation(
  { url, keyPrefix, allowEviction }: { url: string; keyPrefix: string; allowEviction: boolean },
  shards: number,
): Promise<Installation> {
  const redis = openRedis(url);
  const warnings = await connectFitRedis(redis, url, { allowEviction });
  const keys = new Keys(keyPrefix);
  try {
    await joinLayout(redis, keys);
    return { redis, keys, servedShards: await joinShards(redis, keys, shards), warnings };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** Nothing is written where nothing changes, so that a process can start while Redis is at its maxmemory. */
async function joinShards(redis: Redis, keys: Keys, shards: number): Promise<number> {
  const known = Number((await redis.zscore(keys.installation(), 'shards')) ?? 0);
  // GT keeps the highest number without a race between processes that start together.
  if (known < shards) await redis.zadd(keys.installation(), 'GT', shards, 'shards');
  return Number(await redis.zscore(keys.installation(), 'shards'));
}
