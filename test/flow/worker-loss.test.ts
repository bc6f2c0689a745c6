import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ActionRecord, actionQueue, type ActionDraft } from '#libs/contracts';
import { Spawned } from '../setup/spawned.js';
import { RoomsBed } from './rooms-bed.js';

const plainWorker = join(import.meta.dirname, '../setup/plain-worker.mjs');
let bed: RoomsBed;
let spawned: Spawned[];

beforeEach(async () => {
  bed = await RoomsBed.open();
  spawned = [];
});

afterEach(async () => {
  await Promise.all(spawned.map((process) => process.kill()));
  await bed.close();
});

async function startWorker(mode: string, options: Record<string, number> = {}): Promise<Spawned> {
  const args = [
    bed.env.redis.url,
    bed.keys.root(0),
    actionQueue('test.work', 0),
    JSON.stringify({ lockDuration: 1_500, ...options }),
    mode,
  ];
  const worker = Spawned.start(process.execPath, [plainWorker, ...args]);
  spawned.push(worker);
  await worker.line(/^ready$/);
  return worker;
}

async function publish(draft: Partial<ActionDraft> = {}): Promise<void> {
  await bed.catalog.publish(ActionRecord.parse({ name: 'test.work', effect: 'pure', ...draft }));
}

describe('a worker killed with -9', () => {
  it('has its task run again by a survivor', async () => {
    await publish();
    await bed.startExecutor();
    const doomed = await startWorker('hang');
    const id = await bed.submit([{ id: 'a', action: 'test.work', input: 7, retryDelayMs: 10 }]);
    await doomed.line(/^started/);
    await doomed.kill();
    await startWorker('echo');
    expect(await bed.finished(id)).toBe('COMPLETED');
    const retried = (await bed.events(id)).find(({ type }) => type === 'task.retried');
    expect(retried?.data).toMatchObject({ code: 'WORKER_LOST', class: 'lost' });
    expect(await bed.output(id, '0')).toBe(7);
  });

  it('has its task run again although the only survivor is busy with a job of its own', async () => {
    await publish();
    await bed.startExecutor();
    const doomed = await startWorker('hang', { concurrency: 1 });
    const id = await bed.submit([{ id: 'a', action: 'test.work', input: 1, retryDelayMs: 10 }]);
    await doomed.line(/^started/);
    const busy = await startWorker('hang', { concurrency: 1 });
    await bed.submit([{ id: 'b', action: 'test.work', input: 2 }]);
    await busy.line(/^started/);
    await doomed.kill();
    await bed.until(id, ({ type }) => type === 'task.retried');
    await startWorker('echo');
    expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('has its loss noticed with no worker left at all', async () => {
    await publish();
    await bed.startExecutor();
    const doomed = await startWorker('hang');
    const id = await bed.submit([{ id: 'a', action: 'test.work', maxRetries: 0 }]);
    await doomed.line(/^started/);
    await doomed.kill();
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.field(id, 'errorCode')).toBe('WORKER_LOST');
  });

  it('does not have its once task run again by a foreign worker with a stalled mover of its own', async () => {
    await publish({ effect: 'once' });
    await bed.startExecutor();
    const doomed = await startWorker('hang');
    const id = await bed.submit([{ id: 'a', action: 'test.work' }]);
    await doomed.line(/^started/);
    const foreign = await startWorker('echo', { maxStalledCount: 1, stalledInterval: 200 });
    await doomed.kill();
    await bed.until(id, ({ type }) => type === 'task.held');
    const held = (await bed.events(id)).find(({ type }) => type === 'task.held');
    expect(held?.data).toMatchObject({ kind: 'effect-unknown' });
    expect(foreign.lines).toEqual(['ready']);
    expect(await bed.field(id, 'state')).toBe('RUNNING');
  });
});

describe('a worker that lives but does wrong', () => {
  it('fails the attempt when the output does not match the catalog', async () => {
    await publish({ output: { type: 'object', required: ['done'] } });
    await bed.startExecutor();
    await startWorker('echo');
    const id = await bed.submit([{ id: 'a', action: 'test.work', input: { other: 1 } }]);
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.field(id, 'errorCode')).toBe('OUTPUT_INVALID');
  });

  it('has its hung action ended by the executor after timeout and grace', async () => {
    await publish({ timeoutMs: 100 });
    await bed.startExecutor();
    await startWorker('hang');
    const id = await bed.submit([{ id: 'a', action: 'test.work', maxRetries: 0 }]);
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.field(id, 'errorCode')).toBe('TIMEOUT');
  });
});

describe('a task without a worker', () => {
  it('expires when its ttl is over, and says so', async () => {
    await publish();
    await bed.startExecutor();
    const id = await bed.submit([{ id: 'a', action: 'test.work', ttlMs: 300 }]);
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.story(id)).toContain('task.expired a');
  });

  it('ends with its directive in TIMEOUT', async () => {
    await publish();
    await bed.startExecutor();
    const id = await bed.submit(
      [
        { id: 'a', action: 'test.work' },
        { id: 'b', action: 'test.work', dependsOn: ['a'] },
      ],
      { ttlMs: 400 },
    );
    expect(await bed.finished(id)).toBe('TIMEOUT');
    expect((await bed.story(id)).slice(-3)).toEqual(['task.expired a', 'task.expired b', 'directive.timeout']);
    await startWorker('echo');
    expect(await bed.field(id, 'state')).toBe('TIMEOUT');
  });
});
