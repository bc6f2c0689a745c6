import { Redis } from 'ioredis';
import { StartRefusal } from '#libs/contracts';

export type { Redis };

/** One sentence for the person who started the process, and what to do next. */
class RedisUnfitError extends StartRefusal {}

/** A connection for commands and scripts; never used for blocking reads. */
export function openRedis(url: string): Redis {
  return new Redis(url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    connectTimeout: 5_000,
  });
}

/** A connection of its own for one blocking reader, so that a blocked read delays nobody. It connects again in silence: the service's own connection tells of a loss. */
export function openBlockingRedis(url: string): Redis {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null, keepAlive: 10_000 });
  return redis.on('error', () => undefined);
}

function parseInfo(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line) => (line.includes(':') ? [line.split(':', 2) as [string, string]] : [])),
  );
}

const floor = '7.0.0';

function isBelowFloor(version: string): boolean {
  return version.localeCompare(floor, 'en', { numeric: true }) < 0;
}

async function connectOnce(redis: Redis, address: string): Promise<void> {
  const refused = new Promise<never>((_, reject) => redis.once('error', reject));
  try {
    await Promise.race([redis.connect(), refused]);
  } catch (cause) {
    redis.disconnect();
    throw new RedisUnfitError(refusalOf(address, cause), { cause });
  }
}

function refusalOf(address: string, cause: unknown): string {
  const text = cause instanceof Error ? cause.message : '';
  if (/^(NOAUTH|WRONGPASS)/.test(text)) return `Redis at ${address} wants other credentials; put them into REDIS_URL.`;
  return `No Redis answers at ${address}; start one, or set REDIS_URL.`;
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? '6379' : port}`;
}

/** Connects and refuses a Redis that would lose or evict the record. Returns warnings worth a line in the log. */
export async function connectFitRedis(
  redis: Redis,
  url: string,
  options: { allowEviction: boolean },
): Promise<string[]> {
  const address = addressOf(url);
  redis.on('error', () => undefined);
  await connectOnce(redis, address);
  const info = parseInfo(await redis.info());
  const version = info.get('redis_version') ?? '0';
  const isValkey = info.has('valkey_version');
  try {
    if (!isValkey && isBelowFloor(version))
      throw new RedisUnfitError(`Redis at ${address} is ${version}; Chain of Command needs 7.0 or newer.`);
    const policy = info.get('maxmemory_policy') ?? 'unknown';
    if (policy !== 'noeviction' && !options.allowEviction) {
      throw new RedisUnfitError(
        `Redis at ${address} has maxmemory-policy ${policy} and may evict the record; set it to noeviction (or COC_ALLOW_EVICTION=1 to accept loss).`,
      );
    }
  } catch (error) {
    redis.disconnect();
    throw error;
  }
  return info.get('aof_enabled') === '1'
    ? []
    : [`Redis at ${address} runs without AOF: a crash of Redis loses accepted directives`];
}
