import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { QueueKeys, SteadyWorker, bullPrefix, queueOptions, workerOptions } from '#libs/queues';
import { openRedis, type Redis } from '#libs/redis';
import { startRedis, type TestRedis } from '#libs/testing';
import { eventually } from './http-front-bed.js';

const name = 'test.long.0';
// A busy machine may stand still for a second.
const lockDuration = 2_500;
let server: TestRedis;
let redis: Redis;
let queue: Queue;
let workers: SteadyWorker[];
let gate: PromiseWithResolvers<string>;

beforeEach(async () => {
  server = await startRedis();
  redis = openRedis({ url: server.url });
  const address = { url: server.url, keyPrefix: 'coc' };
  queue = new Queue(name, queueOptions(address, 0));
  gate = Promise.withResolvers();
  workers = [];
  openWorker();
});

function openWorker(): void {
  const worker = new SteadyWorker(name, async () => gate.promise, {
    ...workerOptions({ url: server.url, keyPrefix: 'coc' }, 0),
    lockDuration,
    skipStalledCheck: true,
  });
  worker.on('error', () => undefined);
  workers.push(worker);
}

afterEach(async () => {
  await Promise.all([...workers.map(async (worker) => worker.close(true)), queue.close()]);
  redis.disconnect();
  await server.stop();
});

async function refusedCalls(): Promise<number> {
  return Number(/errorstat_OOM:count=(\d+)/.exec(await redis.info('errorstats'))?.[1] ?? 0);
}

it('keeps its locks at maxmemory, does not knock without end, and goes on when there is room', async () => {
  const keys = new QueueKeys(bullPrefix({ url: server.url, keyPrefix: 'coc' }, 0), name);
  await queue.add('long', {}, { jobId: 'first' });
  await eventually(
    async () => redis.exists(keys.lock('first')),
    (found) => found === 1,
  );
  await queue.add('long', {}, { jobId: 'second' });
  await redis.config('SET', 'maxmemory', '1');
  // It finds a job that waits, and is refused it.
  openWorker();
  const before = await refusedCalls();
  const filledAt = performance.now();
  await eventually(
    async () => performance.now() - filledAt,
    (ms) => ms > 3 * lockDuration,
  );
  expect(await redis.exists(keys.lock('first'))).toBe(1);
  const refused = (await refusedCalls()) - before;
  expect(refused).toBeGreaterThan(2);
  expect(refused).toBeLessThan(60);
  gate.resolve('done');
  await eventually(
    async () => redis.hget(keys.job('first'), 'returnvalue'),
    (value) => value === '"done"',
  );
  await redis.config('SET', 'maxmemory', '0');
  await eventually(
    async () => redis.hget(keys.job('second'), 'returnvalue'),
    (value) => value === '"done"',
  );
});
