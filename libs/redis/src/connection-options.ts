import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { RedisOptions } from 'ioredis';
import { parseRedisUrl, type RedisPlace } from '#libs/contracts';

/** Where Redis is, and by which certificates it is trusted; paths of PEM files, empty for none. */
export interface RedisSettings {
  url: string;
  caFile?: string;
  certFile?: string;
  keyFile?: string;
}

const longestRetryMs = 2_000;
/** The longest that anybody blocks is 10 s (BullMQ); a connection that says nothing for longer while it is asked is dead. */
const silentForMs = 15_000;

/** BullMQ's own waits up to 20 s between two tries, so that a queue came back that much later than Redis. */
export function retryAfterMs(times: number): number {
  return Math.min(times * 100, longestRetryMs);
}

/** A master that became a replica answers READONLY for ever: connect again, and send the command again. */
function reconnectOnError(error: Error): 2 | false {
  return error.message.startsWith('READONLY') ? 2 : false;
}

/**
 * What every connection has in common: it comes back by itself, however long Redis was away, and notices a peer that vanished without a word
 * (a half-open connection, which TCP reports after minutes).
 */
export function connectionOptions(settings: RedisSettings): RedisOptions {
  const { username, password, isTls } = parseRedisUrl(settings.url);
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(isTls ? { tls: tlsOf(settings) } : {}),
    keepAlive: 10_000,
    connectTimeout: 5_000,
    socketTimeout: silentForMs,
    maxRetriesPerRequest: null,
    reconnectOnError,
  };
}

/** Of a server, or of the master that Sentinels name. */
export function serverOptions(settings: RedisSettings, place: RedisPlace): RedisOptions {
  const shared = { ...connectionOptions(settings), db: place.database, retryStrategy: retryAfterMs };
  if (place.kind !== 'sentinel') return { ...shared, ...place.nodes[0]! };
  const { sentinelUsername, sentinelPassword } = place;
  return {
    ...shared,
    sentinels: place.nodes,
    name: place.master,
    role: 'master',
    // Told by the Sentinels at once, instead of by the first command that fails.
    failoverDetector: true,
    sentinelCommandTimeout: 2_000,
    sentinelRetryStrategy: retryAfterMs,
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(place.isTls ? { enableTLSForSentinelMode: true, sentinelTLS: tlsOf(settings) } : {}),
  };
}

function tlsOf({ caFile, certFile, keyFile }: RedisSettings): ConnectionOptions {
  return {
    ...(caFile ? { ca: readFileSync(caFile) } : {}),
    ...(certFile ? { cert: readFileSync(certFile) } : {}),
    ...(keyFile ? { key: readFileSync(keyFile) } : {}),
  };
}
