import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { roomQueue, type RoomMessage } from '#libs/contracts';
import { RoomReceiver, SteadyWorker, queueOptions, workerOptions } from '#libs/queues';
import { Keys, openInstallation } from '#libs/state';
import { eventually } from '../flow/http-front-bed.js';
import { WorkerStage } from '../flow/worker-host.stage.js';

let stage: WorkerStage;
const keys = new Keys('coc');

beforeEach(async () => {
  stage = await WorkerStage.set();
});

afterEach(async () => stage.strike());

async function join(): Promise<void> {
  const { redis } = await openInstallation(stage.env().redis, 1);
  redis.disconnect();
}

const layout = async (): Promise<string | null> => stage.redis.zscore(keys.installation(), 'layout');

describe('the layout of the record', () => {
  it('is written down by the first process and stays', async () => {
    await Promise.all([join(), join(), join()]);
    expect(await layout()).toBe('1000');
  });

  it('of a newer major is refused with what to do, and left as it is', async () => {
    await stage.redis.zadd(keys.installation(), 2_003, 'layout');
    await expect(join()).rejects.toThrow(
      /^The record in Redis is of version 2\.3, and this release knows 1\.x; start a release that knows it/,
    );
    expect(await layout()).toBe('2003');
  });

  it('of a newer minor is joined and not lowered; an older one is raised', async () => {
    await stage.redis.zadd(keys.installation(), 1_007, 'layout');
    await join();
    expect(await layout()).toBe('1007');
    await stage.redis.zadd(keys.installation(), 999, 'layout');
    await join();
    expect(await layout()).toBe('1000');
  });

  it('is joined by a process that starts while Redis takes no writes', async () => {
    await join();
    await stage.redis.config('SET', 'maxmemory', '1');
    await join();
    await stage.redis.config('SET', 'maxmemory', '0');
  });
});

describe('a message of a newer major', () => {
  const message = { kind: 'ExecuteDirective', schemaVersion: 1, tenant: 't', directiveId: 'd0_X', traceparent: '' };

  it('to a room is left in its queue, with an error that names the version, and one of ours is taken', async () => {
    const address = stage.env().redis;
    const taken: RoomMessage[] = [];
    const failures: Error[] = [];
    const receiver = new RoomReceiver({
      address,
      redis: stage.redis,
      room: 'execute',
      shards: 1,
      concurrency: 1,
      graceMs: 1_000,
      handle: async (messages) => void taken.push(...messages),
      onFailure: (_, error) => failures.push(error),
    });
    const queue = new Queue(roomQueue('execute', 0), queueOptions(address, 0));
    const newer = { schemaVersion: 2, messages: [{ ...message, schemaVersion: 2, more: 'than we know' }] };
    await queue.add('newer', newer, { jobId: 'newer', removeOnFail: true });
    await queue.add('ours', { schemaVersion: 1, messages: [message] }, { jobId: 'ours', removeOnComplete: true });
    await eventually(
      async () => taken.length,
      (count) => count === 1,
    );
    expect(taken).toEqual([message]);
    expect(await queue.getJobState('newer')).toBe('delayed');
    expect(failures.map(({ message: text }) => text)).toEqual([
      expect.stringContaining('schemaVersion 2 is newer than 1'),
    ]);
    await receiver.close();

    // The process of the newer release.
    const next = new SteadyWorker(roomQueue('execute', 0), async (job) => job.data, workerOptions(address, 0));
    next.on('error', () => undefined);
    await eventually(
      async () => queue.getJobState('newer'),
      (state) => state === 'completed',
      20_000,
    );
    expect((await queue.getJob('newer'))?.returnvalue).toEqual(newer);
    await Promise.all([next.close(), queue.close()]);
  });

  it('to a worker is put off, not failed', async () => {
    const { queue } = stage.queueOf('test.greet');
    const sent = await stage.send('test.greet', { input: { name: 'Ada' } });
    await sent.job.updateData({ ...sent.job.data, schemaVersion: 2 });
    const host = await stage.boot({ COC_ACTIONS: 'test.greet' });
    await eventually(
      async () => queue.getJobState(sent.job.id!),
      (state) => state === 'delayed',
    );
    await sent.job.updateData({ ...sent.job.data, schemaVersion: 1 });
    expect(await sent.result()).toEqual({ output: { text: 'Hello, Ada' } });
    await host.close();
  });

  it('on the control stream is passed over and stays there', async () => {
    const host = await stage.boot({ COC_ACTIONS: 'test.greet' });
    const entry = ['type', 'abort', 'schemaVersion', '2', 'jobId', 'x', 'reason', ''];
    await stage.redis.xadd(keys.control(0), '*', ...entry);
    expect(await stage.outputOf('test.greet', { input: { name: 'Ada' } })).toEqual({ output: { text: 'Hello, Ada' } });
    expect(await stage.redis.xlen(keys.control(0))).toBe(1);
    await host.close();
  });
});
