import { StartRefusal, describeRedisPlace, parseRedisUrl } from '#libs/contracts';
import type { Redis as Server } from 'ioredis';
import type { RedisSettings } from './connection-options.js';
import { isCluster, mastersOf, openRedis, type Redis } from './open-redis.js';

/** One sentence for the person who started the process, and what to do next. */
class RedisUnfitError extends StartRefusal {}

export interface FitRedis {
  redis: Redis;
  /** Worth a line in the log, such as a Redis without AOF. */
  warnings: string[];
}

const floor = '7.0.0';

/** Connects and refuses a Redis that would lose or evict the record. Throws RedisUnfitError, and leaves nothing open then. */
export async function openFitRedis(
  settings: RedisSettings & { allowEviction: boolean; replicas: number },
): Promise<FitRedis> {
  const place = parseRedisUrl(settings.url);
  const redis = openRedis(settings);
  redis.on('error', () => undefined);
  const address = describeRedisPlace(place);
  await connectOnce(redis, address);
  try {
    const warnings = await Promise.all(
      mastersOf(redis).map(async (server) => {
        const name = isCluster(redis) ? `${server.options.host}:${server.options.port}` : address;
        return checkServer(server, name, settings.allowEviction, isCluster(redis), settings.replicas);
      }),
    );
    return { redis, warnings: [...new Set(warnings.flat())] };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

async function checkServer(
  server: Server,
  address: string,
  allowEviction: boolean,
  mayBeNode: boolean,
  wantedReplicas: number,
): Promise<string[]> {
  const info = parseInfo(await server.info());
  const version = info.get('redis_version') ?? '0';
  if (!info.has('valkey_version') && isBelowFloor(version))
    throw new RedisUnfitError(`Redis at ${address} is ${version}; Chain of Command needs 7.0 or newer.`);
  if (info.get('cluster_enabled') === '1' && !mayBeNode)
    throw new RedisUnfitError(`Redis at ${address} is a node of a cluster; name it by redis-cluster:// in REDIS_URL.`);
  const policy = info.get('maxmemory_policy') ?? 'unknown';
  if (policy !== 'noeviction' && !allowEviction) {
    throw new RedisUnfitError(
      `Redis at ${address} has maxmemory-policy ${policy} and may evict the record; set it to noeviction (or COC_ALLOW_EVICTION=1 to accept loss).`,
    );
  }
  const replicas = Number(info.get('connected_slaves') ?? 0);
  return [
    ...(info.get('aof_enabled') === '1'
      ? []
      : [`Redis at ${address} runs without AOF: a crash of Redis loses accepted directives`]),
    ...(replicas >= wantedReplicas
      ? []
      : [
          `Redis at ${address} has ${replicas} replicas, COC_REDIS_REPLICAS wants ${wantedReplicas}: until then no write is answered`,
        ]),
  ];
}

function parseInfo(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line) => (line.includes(':') ? [line.split(':', 2) as [string, string]] : [])),
  );
}

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
  if (/certificate|CERT_/i.test(`${text} ${(cause as { code?: string }).code ?? ''}`))
    return `Redis at ${address} shows a certificate that is not trusted here; name its authority by COC_REDIS_CA_FILE.`;
  return `No Redis answers at ${address}; start one, or set REDIS_URL.`;
}
