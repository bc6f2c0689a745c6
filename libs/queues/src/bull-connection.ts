import { shardRoot } from '#libs/contracts';
import { bullConnection, type RedisSettings } from '#libs/redis';
import type { ConnectionOptions, QueueOptions, WorkerOptions } from 'bullmq';

/** Where BullMQ finds Redis, and the prefix that puts a queue into its shard's slot. */
export interface BullAddress extends RedisSettings {
  keyPrefix: string;
}

/** The BullMQ prefix of a shard: `{coc:0}`. A foreign worker uses the same text. */
export function bullPrefix(address: BullAddress, shard: number): string {
  return shardRoot(address.keyPrefix, shard);
}

/** BullMQ names the same type of ioredis by declarations of its own. */
function connectionOf(address: BullAddress): ConnectionOptions {
  return bullConnection(address) as ConnectionOptions;
}

export function queueOptions(address: BullAddress, shard: number): QueueOptions {
  return { prefix: bullPrefix(address, shard), connection: connectionOf(address) };
}

export function workerOptions(address: BullAddress, shard: number): WorkerOptions {
  return { prefix: bullPrefix(address, shard), connection: connectionOf(address) };
}
