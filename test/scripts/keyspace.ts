import type { Redis } from '#libs/redis';

/** Key -> content; a hash is an object, a sorted set member -> score, a stream its entries. */
export type Keyspace = Record<string, unknown>;

// One round trip, and a text a key: the model test looks after every step.
const dump = `
local reads = {
  hash = function(key) return redis.call('HGETALL', key) end,
  stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  string = function(key) return redis.call('GET', key) end,
}
local keys = redis.call('KEYS', ARGV[1])
table.sort(keys)
local found = {}
for at, key in ipairs(keys) do
  local type = redis.call('TYPE', key).ok
  found[at] = key
  found[at + #keys] = cjson.encode({ type, reads[type](key) })
end
return found`;

/** Sorted: Redis answers another order while it rehashes. */
function contentOf(type: string, stored: unknown): unknown {
  if (type === 'hash') return Object.fromEntries(Object.entries(pairs(stored as string[])).toSorted(byName));
  if (type === 'zset') return pairs(stored as string[]);
  return type === 'set' ? (stored as string[]).toSorted() : stored;
}

function byName([left]: [string, string], [right]: [string, string]): number {
  return left < right ? -1 : 1;
}

function pairs(flat: readonly string[]): Record<string, string> {
  return Object.fromEntries(flat.flatMap((member, at) => (at % 2 === 0 ? [[member, flat[at + 1]!]] : [])));
}

/** What a key held, as text and parsed; a key whose text is the same is not parsed again, and is the same object. */
export type KnownKeys = Map<string, { text: string; content: unknown }>;

function contentOnce(key: string, text: string, known: KnownKeys): unknown {
  const before = known.get(key);
  if (before?.text === text) return before.content;
  const [type, stored] = JSON.parse(text) as [type: string, stored: unknown];
  const content = contentOf(type, stored);
  known.set(key, { text, content });
  return content;
}

/** All that stands under a pattern, so that "nothing was written" can be said exactly. */
export async function readKeyspace(redis: Redis, pattern: string, known: KnownKeys = new Map()): Promise<Keyspace> {
  const found = (await redis.eval(dump, 0, pattern)) as string[];
  const keys = found.slice(0, found.length / 2);
  return Object.fromEntries(keys.map((key, at) => [key, contentOnce(key, found[at + keys.length]!, known)]));
}
