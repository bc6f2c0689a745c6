import { parseRedisUrl } from '#libs/contracts';
import { Cluster, Redis as Server, type RedisOptions } from 'ioredis';
import { connectionOptions, retryAfterMs, serverOptions, type RedisSettings } from './connection-options.js';

/** A connection to one server (or the master of a group), or to all nodes of a cluster. */
export type Redis = Server | Cluster;

/** A connection for commands and scripts; never used for blocking reads. */
export function openRedis(settings: RedisSettings): Redis {
  return open(settings);
}

/** A connection of its own for one blocking reader, so that a blocked read delays nobody. It connects again in silence: the service's own connection tells of a loss. */
export function openBlockingRedis(settings: RedisSettings): Redis {
  return open(settings).on('error', () => undefined);
}

/** What a BullMQ worker connects by: it opens two connections of its own, to a cluster two clients. */
export function bullConnection(settings: RedisSettings): RedisOptions | Cluster {
  const place = parseRedisUrl(settings.url);
  return place.kind === 'cluster' ? openCluster(settings, false) : serverOptions(settings, place);
}

/** Another connection, to the same and with the same settings. */
export function duplicateOf(redis: Redis): Redis {
  return isCluster(redis) ? redis.duplicate() : redis.duplicate();
}

export function isCluster(redis: Redis): redis is Cluster {
  return redis.isCluster;
}

/** The servers that take writes: one, or every master of a cluster. */
export function mastersOf(redis: Redis): Server[] {
  return isCluster(redis) ? redis.nodes('master') : [redis];
}

function open(settings: RedisSettings): Redis {
  const place = parseRedisUrl(settings.url);
  if (place.kind === 'cluster') return openCluster(settings, true);
  return new Server({ ...serverOptions(settings, place), lazyConnect: true });
}

function openCluster(settings: RedisSettings, lazyConnect: boolean): Cluster {
  const place = parseRedisUrl(settings.url);
  return new Cluster(place.nodes, {
    lazyConnect,
    clusterRetryStrategy: retryAfterMs,
    // A master that went away is asked for again every 100 ms, for 10 s; who has more patience asks again.
    maxRedirections: 100,
    // A certificate is of a name: resolved to its address it would fit nobody.
    ...(place.isTls ? { dnsLookup: (address, done) => done(null, address) } : {}),
    retryDelayOnMoved: 20,
    slotsRefreshTimeout: 2_000,
    slotsRefreshInterval: 5_000,
    redisOptions: connectionOptions(settings),
  });
}
