import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { Keys } from '#libs/state';
import type { Job } from 'bullmq';
import type { WorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { witness } from './worker-host.controller.js';
import { WorkerStage } from './worker-host.stage.js';

const keys = new Keys('coc');
let stage: WorkerStage;
let host: WorkerHost;

async function logsOf(job: Job): Promise<string[]> {
  return stage.redis.lrange(stage.keyOf(job, 'logs'), 0, -1);
}

beforeAll(async () => {
  stage = await WorkerStage.set();
  host = await stage.boot({ COC_SHARDS: '2' });
});

afterAll(async () => {
  await host?.close();
  await stage?.strike();
});

describe('a running action', () => {
  it('returns its output, checked and with the defaults of its input', async () => {
    expect(await stage.outputOf('test.greet', { input: { name: 'Ada' } })).toEqual({
      output: { text: 'Hello, Ada' },
    });
  });

  it('is served on every shard', async () => {
    const order = { input: { name: 'Ada' }, shard: 1 };
    expect(await stage.outputOf('test.greet', order)).toEqual({ output: { text: 'Hello, Ada' } });
  });

  it('reports usage, artifacts, log lines and progress', async () => {
    const { job, result } = await stage.send('test.report');
    expect(await result()).toEqual({
      output: 'hello',
      usage: { costUsd: 0.03, tokens: 5 },
      artifacts: [
        {
          name: 'hello.txt',
          sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
          bytes: 5,
          mimeType: 'text/plain',
        },
      ],
    });
    expect((await logsOf(job)).map((line) => line.length)).toEqual(['first line'.length, 4_000]);
    expect(await stage.queueOf('test.report', 0).queue.getJob(job.id!)).toMatchObject({
      progress: { done: 1 },
    });
  });

  it('keeps at most 1,000 log lines and says that more were dropped', async () => {
    const { job, result } = await stage.send('test.chat');
    expect(await result()).toEqual({ output: null });
    const lines = await logsOf(job);
    expect(lines).toHaveLength(1_001);
    expect(lines.at(-1)).toBe('(more lines dropped: the limit is 1000)');
  });

  it('passes through the guards of Nest', async () => {
    expect(await stage.failOf('test.guarded')).toMatchObject({
      code: 'WORKER_ERROR',
      message: 'Forbidden resource',
    });
  });
});

describe('an attempt fails with its reason', () => {
  it('when the action throws', async () => {
    expect(await stage.failOf('test.throw')).toEqual({
      code: 'WORKER_ERROR',
      message: 'the disk is full',
      class: 'transient',
    });
  });

  it('when the action throws an error of its own making', async () => {
    expect(await stage.failOf('test.refuse')).toEqual({
      code: 'QUOTA',
      message: 'come back later',
      class: 'rate-limited',
      retryAfterMs: 1_500,
    });
  });

  it('when the input does not fit the schema, and says where', async () => {
    const failure = await stage.failOf('test.greet', { input: { name: 7 } });
    expect(failure).toMatchObject({ code: 'INPUT_INVALID', class: 'permanent' });
    expect(failure['message']).toMatch(/^input of test\.greet: \/name: /);
  });

  it('when the output does not fit the schema', async () => {
    const failure = await stage.failOf('test.lie');
    expect(failure).toMatchObject({ code: 'OUTPUT_INVALID', class: 'permanent' });
    expect(failure['message']).toMatch(/^output of test\.lie: \/count: /);
  });

  it('when the output is no JSON, or nested beyond reason', async () => {
    expect(await stage.failOf('test.count')).toMatchObject({ code: 'OUTPUT_INVALID', class: 'permanent' });
    expect(await stage.failOf('test.cycle')).toMatchObject({ code: 'OUTPUT_TOO_DEEP', class: 'permanent' });
  });

  it('when the output is too large, with the size and the limit', async () => {
    expect(await stage.failOf('test.flood')).toEqual({
      code: 'OUTPUT_TOO_LARGE',
      class: 'permanent',
      message: 'the output has 2097154 bytes, the limit is 1048576: return a reference to an artifact',
    });
  });

  it('on timeout, although the action ignores its signal and fails later', async () => {
    expect(await stage.failOf('test.ignore', { input: 'slow', timeoutMs: 50 })).toMatchObject({
      code: 'TIMEOUT',
      class: 'timeout',
    });
    await witness.saw('slow ignored an abort');
  });

  it('when the assignment ran out before the job was taken', async () => {
    const failure = await stage.failOf('test.greet', {
      input: { name: 'Ada' },
      ttlMs: 1_000,
      sentAt: Date.now() - 5_000,
    });
    expect(failure).toMatchObject({ code: 'TTL_EXPIRED', class: 'expired' });
  });

  it('when its deadline is over by the clock of Redis', async () => {
    const late = { input: { name: 'Ada' }, ttlMs: 1_000, sentAt: Date.now() - 5_000, leftMs: -1 };
    expect(await stage.failOf('test.greet', late)).toMatchObject({ code: 'TTL_EXPIRED', class: 'expired' });
  });

  it('not for a sender whose clock is ten minutes behind', async () => {
    const order = { input: { name: 'Ada' }, ttlMs: 60_000, sentAt: Date.now() - 600_000, leftMs: 60_000 };
    expect(await stage.outputOf('test.greet', order)).toEqual({ output: { text: 'Hello, Ada' } });
  });

  it('when the assignment runs out during the work', async () => {
    expect(await stage.failOf('test.wait', { input: 'ttl', ttlMs: 200 })).toMatchObject({
      code: 'TTL_EXPIRED',
    });
  });

  it('when it spends over its budget, with what it spent', async () => {
    expect(await stage.failOf('test.spend', { maxCostUsd: 0.5 })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      class: 'permanent',
      usage: { costUsd: 0.8, tokens: 0 },
    });
  });

  it('when the executor aborts it on the control stream', async () => {
    const { job, result } = await stage.send('test.wait', { input: 'cancel' });
    await witness.saw('cancel started');
    await stage.redis.xadd(keys.control(0), '*', 'type', 'abort', 'jobId', job.id!, 'reason', 'not needed');
    expect(await stage.failureOf(result())).toEqual({
      code: 'CANCELLED',
      message: 'the attempt was cancelled: not needed',
      class: 'cancelled',
    });
  });

  it('when it was aborted before it started, and does not start', async () => {
    const { queue } = stage.queueOf('test.wait');
    await queue.pause();
    const { job, result } = await stage.send('test.wait', { input: 'early' });
    await stage.redis.xadd(keys.control(0), '*', 'type', 'abort', 'jobId', job.id!, 'reason', '');
    // The host reads the stream in order: when it acted on the second abort, it has heard the first.
    const marker = await stage.send('test.ignore', { input: 'marker' });
    await stage.redis.xadd(keys.control(0), '*', 'type', 'abort', 'jobId', marker.job.id!, 'reason', '');
    await stage.failureOf(marker.result());
    await queue.resume();
    expect(await stage.failureOf(result())).toMatchObject({ code: 'CANCELLED', class: 'cancelled' });
    expect(witness.hasSeen('early started')).toBe(false);
  });

  it('when the job is not ours, once and for all', async () => {
    const { queue, events } = stage.queueOf('test.greet', 0);
    const strange = await queue.add('whatever', { hello: 'world' }, { attempts: 5 });
    expect(await stage.failureOf(strange.waitUntilFinished(events, 20_000))).toMatchObject({
      code: 'JOB_NOT_OURS',
      class: 'permanent',
    });
    expect(await queue.getJobCounts('wait', 'active', 'delayed')).toEqual({ wait: 0, active: 0, delayed: 0 });
  });
});

describe('an effect that may happen once', () => {
  it('starts under the current fence', async () => {
    const { queue } = stage.queueOf('test.deploy', 0);
    await queue.pause();
    const { id, result } = await stage.send('test.deploy');
    const task = JSON.stringify({ state: 'dispatched', attempt: id.attempt, nonce: id.nonce });
    await stage.redis.hset(keys.tasks(id.directiveId), '0', task);
    await queue.resume();
    expect(await result()).toEqual({ output: 'deployed' });
  });

  it('does not start when its fence is stale', async () => {
    expect(await stage.failOf('test.deploy')).toMatchObject({ code: 'FENCE_STALE', class: 'cancelled' });
  });

  it('does not start twice when a stranger puts its job back into the queue', async () => {
    const { queue } = stage.queueOf('test.launch', 0);
    await queue.pause();
    const { id, job, result } = await stage.send('test.launch');
    await stage.redis.hset(
      keys.tasks(id.directiveId),
      '0',
      JSON.stringify({ state: 'running', attempt: id.attempt, nonce: id.nonce }),
    );
    await queue.resume();
    await witness.saw('launched');
    const [active, wait] = [queue.toKey('active'), queue.toKey('wait')];
    await stage.redis.multi().del(stage.keyOf(job, 'lock')).lmove(active, wait, 'LEFT', 'LEFT').exec();
    await queue.add('whatever', {}, { jobId: 'wakes-the-worker' });
    expect(await stage.failureOf(result())).toMatchObject({ code: 'STARTED_BEFORE', class: 'lost' });
    expect(witness.hasSeen('launched twice')).toBe(false);
    witness.see('launch may end');
  });
});

describe('a lock', () => {
  it('that was taken away aborts the action', async () => {
    const { job } = await stage.send('test.wait', { input: 'lock' });
    await witness.saw('lock started');
    await stage.redis.del(stage.keyOf(job, 'lock'));
    expect(await witness.saw('lock aborted')).toMatchObject({ code: 'LOCK_LOST', class: 'lost' });
  });

  it('that cannot be renewed because Redis does not answer aborts the action', async () => {
    await stage.send('test.wait', { input: 'silence' });
    await witness.saw('silence started');
    stage.server.process.kill('SIGSTOP');
    const reason = await witness.saw('silence aborted');
    stage.server.process.kill('SIGCONT');
    expect(reason).toMatchObject({ code: 'LOCK_LOST' });
  });

  it('is nobody else’s to judge: our workers never look for stalled jobs', async () => {
    expect(await stage.redis.keys('*:stalled-check')).toEqual([]);
  });
});
