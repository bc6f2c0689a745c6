import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { actionQueue, formatAttemptId, formatDirectiveId, type TaskMessage } from '#libs/contracts';
import { QueueKeeper, QueueKeys, bullPrefix, queueOptions, workerOptions, type TaskJob } from '#libs/queues';
import { ulid } from 'ulid';
import { RoomsBed } from './rooms-bed.js';

const queue = actionQueue('test.marked', 0);
let bed: RoomsBed;
let keys: QueueKeys;

beforeAll(async () => {
  bed = await RoomsBed.open();
  keys = new QueueKeys(bullPrefix(bed.address, 0), queue);
});

afterAll(async () => bed.close());

function aJob(): TaskJob {
  const id = { directiveId: formatDirectiveId(0, ulid()), taskIndex: 0, attempt: 1, nonce: 'nonce-of-8' };
  return { queue, jobId: formatAttemptId(id), message: { action: 'test.marked' } as TaskMessage };
}

async function isWaiting({ jobId }: TaskJob): Promise<boolean> {
  return (await bed.redis.lrange(keys.wait(), 0, -1)).includes(jobId);
}

it('a job that was removed before it was sent is not sent any more', async () => {
  const job = aJob();
  expect(await bed.sender.removeJob(queue, job.jobId)).toBe('absent');
  await bed.sender.sendTasks([job, aJob()]);
  expect(await isWaiting(job)).toBe(false);
  expect(await bed.redis.llen(keys.wait())).toBe(1);
  expect(await bed.sender.removeJob(queue, job.jobId)).toBe('absent');
  expect(await bed.redis.pttl(keys.job(job.jobId))).toBeGreaterThan(0);
});

it('a job that was removed from its queue cannot be sent again', async () => {
  const job = aJob();
  await bed.sender.sendTasks([job]);
  expect(await isWaiting(job)).toBe(true);
  expect(await bed.sender.removeJob(queue, job.jobId)).toBe('removed');
  await bed.sender.sendTasks([job]);
  expect(await isWaiting(job)).toBe(false);
});

it('a lost job that was dropped cannot be sent again', async () => {
  const job = aJob();
  await bed.sender.sendTasks([job]);
  await new QueueKeeper(bed.redis, bullPrefix(bed.address, 0)).dropActive(queue, job.jobId);
  await bed.redis.lrem(keys.wait(), 0, job.jobId);
  await bed.sender.sendTasks([job]);
  expect(await isWaiting(job)).toBe(false);
});

it('a job that a worker holds stays, as it is', async () => {
  const job = aJob();
  const lone = new Queue(queue, { ...queueOptions(bed.address, 0), skipMetasUpdate: true });
  await lone.drain();
  await bed.sender.sendTasks([job]);
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<string>();
  const worker = new Worker(queue, async () => mayEnd, workerOptions(bed.address, 0));
  bed.workers.push(worker);
  await new Promise((resolve) => worker.once('active', resolve));
  expect(await bed.sender.removeJob(queue, job.jobId)).toBe('held');
  expect(await bed.redis.pttl(keys.job(job.jobId))).toBe(-1);
  const completed = new Promise((resolve) => worker.once('completed', resolve));
  end('done');
  await completed;
  expect(await bed.redis.hget(keys.job(job.jobId), 'returnvalue')).toBe('"done"');
  await lone.close();
});
