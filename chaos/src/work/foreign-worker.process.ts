import { loadEnv } from '#libs/config';
import { parseRedisUrl } from '#libs/contracts';
import { Worker, type Job } from 'bullmq';
import { Order } from './order.js';
import { performOrder, type Commission } from './perform-order.js';

/** `WITNESS`: a plain BullMQ worker at level L1 of the worker protocol; of ours it knows the names of the settings only. */
const [witnessUrl] = process.argv.slice(2) as [string];
const { redis, shards, worker: settings } = loadEnv();
const { kind, nodes, master } = parseRedisUrl(redis.url);
const address = kind === 'sentinel' ? { sentinels: nodes, name: master } : nodes[0]!;
/** BullMQ's own waits up to 20 s before it looks whether Redis is back. */
const reconnectMs = 1_000;

async function work(job: Job<Commission>): Promise<unknown> {
  const order = Order.parse(job.data.input);
  const output = await performOrder(witnessUrl, order, job.data, undefined);
  return { output, usage: { costUsd: order.costUsd } };
}

for (let shard = 0; shard < shards; shard += 1) {
  const worker = new Worker<Commission>(`chaos.foreign.${shard}`, work, {
    connection: { ...address, maxRetriesPerRequest: null, retryStrategy: () => reconnectMs },
    prefix: `{${redis.keyPrefix}:${shard}}`,
    concurrency: 10,
    lockDuration: settings.lockMs,
    skipStalledCheck: true,
  });
  worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
}
