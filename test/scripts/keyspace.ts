import type { Redis } from '#libs/state';

/** Key -> content; a hash is an object, a sorted set member -> score, a stream its entries. */
export type Keyspace = Record<string, unknown>;

async function readKey(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  // Sorted: Redis answers another order while it rehashes.
  if (type === 'hash') return Object.fromEntries(Object.entries(await redis.hgetall(key)).toSorted(byName));
  if (type === 'stream') return redis.xrange(key, '-', '+');
  if (type === 'set') return (await redis.smembers(key)).toSorted();
  if (type === 'zset') return pairs(await redis.zrange(key, '0', '-1', 'WITHSCORES'));
  return redis.get(key);
}

function byName([left]: [string, string], [right]: [string, string]): number {
  return left < right ? -1 : 1;
}

function pairs(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(flat.flatMap((member, at) => (at % 2 === 0 ? [[member, flat[at + 1]!]] : [])));
}

/** All that stands under a pattern, so that "nothing was written" can be said exactly. */
export async function readKeyspace(redis: Redis, pattern: string): Promise<Keyspace> {
  const keys: string[] = [];
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    cursor = next;
    keys.push(...found);
  } while (cursor !== '0');
  const names = [...new Set(keys)].toSorted();
  const contents = await Promise.all(names.map(async (key) => readKey(redis, key)));
  return Object.fromEntries(names.map((name, at) => [name, contents[at]]));
}
