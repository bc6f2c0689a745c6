import { shardRoot } from '#libs/contracts';
import type { QueueOptions, RedisOptions, WorkerOptions } from 'bullmq';

/** Where BullMQ finds Redis, and the prefix that puts a queue into its shard's slot. */
export interface BullAddress {
  url: string;
  keyPrefix: string;
}

/** BullMQ's own waits up to 20 s between two tries, so that a queue came back that much later than Redis. */
const longestRetryMs = 2_000;

function connectionOf(url: string): RedisOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    retryStrategy: (times) => Math.min(times * 100, longestRetryMs),
  };
}

/** The BullMQ prefix of a shard: `{coc:0}`. A foreign worker uses the same text. */
export function bullPrefix(address: BullAddress, shard: number): string {
  return shardRoot(address.keyPrefix, shard);
}

export function queueOptions(address: BullAddress, shard: number): QueueOptions {
  return { prefix: bullPrefix(address, shard), connection: connectionOf(address.url) };
}

export function workerOptions(address: BullAddress, shard: number): WorkerOptions {
  return {
    prefix: bullPrefix(address, shard),
    connection: { ...connectionOf(address.url), maxRetriesPerRequest: null },
  };
}
