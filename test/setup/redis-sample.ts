import { readFile } from 'node:fs/promises';
import type { Redis } from '#libs/redis';

/** All that a Redis holds, as the commands that bring it back: unlike DUMP, any version of Redis takes them. */
export type RedisSample = string[][];

/** Locks and other keys that end by themselves belong to processes that are gone when a sample is restored. */
async function commandsOf(redis: Redis, key: string): Promise<RedisSample> {
  if ((await redis.pttl(key)) > 0) return [];
  switch (await redis.type(key)) {
    case 'string':
      return [['SET', key, (await redis.get(key))!]];
    case 'hash':
      return [['HSET', key, ...Object.entries(await redis.hgetall(key)).flat()]];
    case 'set':
      return [['SADD', key, ...(await redis.smembers(key))]];
    case 'list':
      return [['RPUSH', key, ...(await redis.lrange(key, 0, -1))]];
    case 'zset': {
      const flat = await redis.zrange(key, '0', '-1', 'WITHSCORES');
      return [['ZADD', key, ...flat.flatMap((member, at) => (at % 2 === 0 ? [flat[at + 1]!, member] : []))]];
    }
    case 'stream':
      return (await redis.xrange(key, '-', '+')).map(([id, fields]) => ['XADD', key, id, ...fields]);
    default:
      throw new Error(`${key} has a type that no sample holds`);
  }
}

export async function takeSample(redis: Redis): Promise<RedisSample> {
  const keys = (await redis.keys('*')).toSorted();
  return (await Promise.all(keys.map(async (key) => commandsOf(redis, key)))).flat();
}

export async function restoreSample(redis: Redis, sample: RedisSample): Promise<void> {
  for (const [command, ...args] of sample) await redis.call(command!, ...args);
}

/** A line of JSON for each command, so that a change of a sample can be read. */
export function formatSample(sample: RedisSample): string {
  return sample.map((command) => `${JSON.stringify(command)}\n`).join('');
}

export async function readSample(file: string): Promise<RedisSample> {
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as string[]);
}
