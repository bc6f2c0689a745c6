import { randomUUID } from 'node:crypto';
import type { Redis } from '#libs/redis';

/** Key -> content; a hash is an object, a sorted set member -> score, a stream its entries. */
export type Keyspace = Record<string, unknown>;

/**
 * One round trip, and the text of a key only when it changed since the same reader asked before: the model test looks after every step. DUMP
 * tells whether it did for a tenth of what it costs to read and encode it.
 */
const library = `#!lua name=keyspace
local reads = {
  hash = function(key) return redis.call('HGETALL', key) end,
  stream = function(key) return redis.call('XRANGE', key, '-', '+') end,
  set = function(key) return redis.call('SMEMBERS', key) end,
  zset = function(key) return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end,
  list = function(key) return redis.call('LRANGE', key, 0, -1) end,
  string = function(key) return redis.call('GET', key) end,
}
local reader, dumps
local function read_keyspace(_, arguments)
  if reader ~= arguments[2] then reader, dumps = arguments[2], {} end
  local keys = redis.call('KEYS', arguments[1])
  table.sort(keys)
  local found, seen = {}, {}
  for at, key in ipairs(keys) do
    found[at] = key
    seen[key] = redis.call('DUMP', key)
    if seen[key] == dumps[key] then
      found[at + #keys] = ''
    else
      local type = redis.call('TYPE', key).ok
      found[at + #keys] = cjson.encode({ type, reads[type](key) })
    end
  end
  dumps = seen
  return found
end
redis.register_function({ function_name = 'read_keyspace', callback = read_keyspace, flags = { 'no-writes' } })`;

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

/** What a reader saw last; a key that did not change since is the same object. */
export class KnownKeys {
  readonly contents = new Map<string, unknown>();

  constructor(readonly reader: string = randomUUID()) {}

  /** `text` is empty for what did not change. */
  take(key: string, text: string): unknown {
    if (text === '') return this.contents.get(key);
    const [type, stored] = JSON.parse(text) as [type: string, stored: unknown];
    const content = contentOf(type, stored);
    this.contents.set(key, content);
    return content;
  }
}

async function ask(redis: Redis, pattern: string, reader: string): Promise<string[]> {
  try {
    return (await redis.fcall('read_keyspace', 0, pattern, reader)) as string[];
  } catch (error) {
    if (!(error as Error).message.includes('Function not found')) throw error;
    await redis.function('LOAD', 'REPLACE', library);
    return ask(redis, pattern, reader);
  }
}

/** All that stands under a pattern, so that "nothing was written" can be said exactly. */
export async function readKeyspace(redis: Redis, pattern: string, known = new KnownKeys()): Promise<Keyspace> {
  const found = await ask(redis, pattern, known.reader);
  const keys = found.slice(0, found.length / 2);
  return Object.fromEntries(keys.map((key, at) => [key, known.take(key, found[at + keys.length]!)]));
}
