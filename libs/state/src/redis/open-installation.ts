import { randomBytes } from 'node:crypto';
import { isCluster, openFitRedis, type Redis, type RedisSettings } from '#libs/redis';
import { Keys } from '../keys.js';
import { joinLayout } from './layout-version.js';
import { Replication } from './replication.js';

export interface Installation {
  redis: Redis;
  replication: Replication;
  keys: Keys;
  /** Every shard that was ever used: directives of a larger `COC_SHARDS` must still be served when it shrinks. */
  servedShards: number;
  /** What all processes of the installation sign their cursors with. */
  cursorKey: string;
  /** Worth a line in the log, such as a Redis without AOF. */
  warnings: string[];
}

/** Connects to a fit Redis and joins the installation in it. Throws RedisUnfitError, and NewerLayoutError for the record of a newer release. */
export async function openInstallation(
  settings: RedisSettings & { keyPrefix: string; allowEviction: boolean; replicas: number },
  shards: number,
): Promise<Installation> {
  const { redis, warnings } = await openFitRedis(settings);
  const keys = new Keys(settings.keyPrefix);
  try {
    await joinLayout(redis, keys);
    const servedShards = await joinShards(redis, keys, shards);
    const cursorKey = await joinCursorKey(redis, keys);
    const roots = Array.from({ length: isCluster(redis) ? servedShards : 1 }, (_, shard) => keys.root(shard));
    const replication = new Replication(redis, { replicas: settings.replicas, roots });
    return { redis, replication, keys, servedShards, cursorKey, warnings };
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

/** Made once, by whoever comes first. */
async function joinCursorKey(redis: Redis, keys: Keys): Promise<string> {
  const known = await redis.get(keys.cursorKey());
  if (known !== null) return known;
  await redis.set(keys.cursorKey(), randomBytes(32).toString('base64url'), 'NX');
  return (await redis.get(keys.cursorKey()))!;
}
