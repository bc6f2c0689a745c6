import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { QueueKeys, queueOptions, workerOptions } from '#libs/queues';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;

beforeAll(async () => {
  bed = await RoomsBed.open();
});

afterAll(async () => bed.close());

it('names the keys as this version of BullMQ does', async () => {
  const keys = new QueueKeys(bed.keys.root(0), 'probe.keys.0');
  const gate = Promise.withResolvers<string>();
  const queue = new Queue('probe.keys.0', queueOptions(bed.address, 0));
  const worker = new Worker('probe.keys.0', async (job) => (await job.log('line'), gate.promise), {
    ...workerOptions(bed.address, 0),
    stalledInterval: 100,
  });
  bed.workers.push(worker);
  const active = new Promise((resolve) => worker.once('active', resolve));
  await queue.add('probe', {}, { jobId: 'one', removeOnComplete: false });
  await active;
  expect(await bed.redis.lrange(keys.active(), 0, -1)).toEqual(['one']);
  expect(await bed.redis.exists(keys.lock('one'))).toBe(1);
  expect(await bed.redis.hexists(keys.job('one'), 'processedOn')).toBe(1);
  const completed = new Promise((resolve) => worker.once('completed', resolve));
  gate.resolve('done');
  await completed;
  expect(await bed.redis.hmget(keys.job('one'), 'returnvalue', 'failedReason')).toEqual(['"done"', null]);
  expect(await bed.redis.zscore(keys.completed(), 'one')).not.toBeNull();
  expect(await bed.redis.lrange(keys.logs('one'), 0, -1)).toEqual(['line']);
  expect(await bed.redis.hget(keys.meta(), 'opts.maxLenEvents')).toBe('10000');
  const events = await bed.redis.xrange(keys.events(), '-', '+');
  expect(events.map(([, fields]) => fields[1])).toEqual(expect.arrayContaining(['active', 'completed']));
  expect(await bed.redis.exists(keys.stalledCheck())).toBe(1);
  await queue.close();
});
