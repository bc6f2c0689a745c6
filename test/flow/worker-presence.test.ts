import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { WorkerPresence, queueOptions, workerOptions } from '#libs/queues';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;
let presence: WorkerPresence;

beforeAll(async () => {
  bed = await RoomsBed.open();
  presence = new WorkerPresence(bed.redis, bed.address.keyPrefix);
});

afterAll(async () => bed.close());

it('tells of a queue what waits, what is at work and when a worker last took a job', async () => {
  const queue = new Queue('probe.presence.0', queueOptions(bed.address, 0));
  const attendance = async () => presence.attendance('probe.presence.0');
  expect(await attendance()).toMatchObject({ waiting: 0, next: undefined, atWork: 0, lastClaimMs: undefined });
  await queue.addBulk(['one', 'two'].map((jobId) => ({ name: 'probe', data: {}, opts: { jobId } })));
  expect(await attendance()).toMatchObject({ waiting: 2, next: 'one', atWork: 0, lastClaimMs: undefined });
  expect(await presence.named()).toEqual([]);

  const gate = Promise.withResolvers<string>();
  const worker = new Worker('probe.presence.0', async () => gate.promise, {
    ...workerOptions(bed.address, 0),
    name: 'kim',
  });
  bed.workers.push(worker);
  await new Promise((resolve) => worker.once('active', resolve));
  const busy = await attendance();
  expect(busy).toMatchObject({ waiting: 1, next: 'two', atWork: 1 });
  expect(Math.abs(Date.now() - busy.lastClaimMs!)).toBeLessThan(60_000);
  const named = await presence.named();
  expect(named.map(({ action, shard, name }) => ({ action, shard, name }))).toContainEqual({
    action: 'probe.presence',
    shard: 0,
    name: 'kim',
  });
  const twice = new Promise<void>((resolve) => {
    let count = 0;
    worker.on('completed', () => (count += 1) === 2 && resolve());
  });
  gate.resolve('done');
  await twice;
  expect(await attendance()).toMatchObject({ waiting: 0, next: undefined, atWork: 0 });
  await worker.close();
  expect(await presence.named()).toEqual([]);
  await queue.close();
});
