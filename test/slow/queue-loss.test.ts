import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { ActionRecord } from '#libs/contracts';
import { queueOptions } from '#libs/queues';
import { RoomsBed } from '../flow/rooms-bed.js';

let bed: RoomsBed;
let queues: Queue[];

beforeEach(async () => {
  bed = await RoomsBed.open({ COC_LOG_LEVEL: 'fatal' });
  queues = [];
});

afterEach(async () => {
  await Promise.all(queues.map(async (queue) => queue.close()));
  await bed.close();
});

/** As any other program would open it: with BullMQ's own defaults. */
function openQueue(name: string): Queue {
  const queue = new Queue(name, queueOptions(bed.address, 0));
  queues.push(queue);
  return queue;
}

describe('queues are hints', () => {
  it('sets an outcome aside that can never be settled, and settles the others', async () => {
    await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    await bed.startExecutor();
    const broken = await bed.accept([{ id: 'a', action: 'test.echo' }]);
    await bed.redis.del(bed.keys.tasks(broken));
    await bed.redis.set(bed.keys.tasks(broken), 'not a hash');
    await openQueue('test.echo.0').add('test.echo', { input: 1 }, { jobId: `${broken}.0.1.0123456789abcdef` });
    const id = await bed.submit([{ id: 'a', action: 'test.echo', input: 1 }]);
    expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('finishes every directive although one of 20 queues is obliterated under load', async () => {
    const actions = Array.from({ length: 20 }, (_, at) => `load.action-${at}`);
    for (const name of actions) {
      await bed.serve(
        { name, effect: 'pure' },
        async ({ input }) => new Promise((resolve) => setTimeout(resolve, 20, input)),
        { concurrency: 2 },
      );
    }
    await bed.startExecutor();
    const submit = async (at: number): Promise<string> =>
      bed.submit(
        actions.map((action, task) => ({ id: `t${task}`, action, input: at, retryDelayMs: 10, maxRetries: 5 })),
      );
    const ids = await Promise.all(Array.from({ length: 10 }, async (_, at) => submit(at)));
    await openQueue('load.action-7.0').obliterate({ force: true });
    for (const id of ids) expect(await bed.finished(id, 40_000)).toBe('COMPLETED');
  });

  it('sends a job again that vanished before a worker came', async () => {
    await bed.startExecutor();
    await bed.catalog.publish(ActionRecord.parse({ name: 'test.late', effect: 'pure' }));
    const id = await bed.submit([{ id: 'a', action: 'test.late', input: 3, retryDelayMs: 10 }]);
    await bed.until(id, ({ type }) => type === 'task.queued');
    await openQueue('test.late.0').obliterate({ force: true });
    await bed.serve({ name: 'test.late', effect: 'pure' }, async ({ input }) => input);
    expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('settles an outcome whose event was lost with its stream', async () => {
    const gate = Promise.withResolvers<string>();
    const [worker] = await bed.serve({ name: 'test.gate', effect: 'once' }, async () => gate.promise);
    const first = await bed.startExecutor();
    const id = await bed.submit([{ id: 'a', action: 'test.gate' }]);
    await bed.until(id, ({ type }) => type === 'task.started');
    await bed.stopExecutor(first);
    const completed = new Promise((resolve) => worker!.once('completed', resolve));
    gate.resolve('done');
    await completed;
    await bed.redis.del(`${bed.keys.root(0)}:test.gate.0:events`);
    await bed.startExecutor();
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.output(id, '0')).toBe('done');
  });

  it('keeps the event stream whole although another client resets its length', async () => {
    await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    await bed.startExecutor();
    const id = await bed.submit([{ id: 'a', action: 'test.echo', input: 1 }]);
    await bed.finished(id);
    const key = `${bed.keys.root(0)}:test.echo.0:meta`;
    await bed.redis.hset(key, 'opts.maxLenEvents', 10_000);
    const deadline = performance.now() + 10_000;
    while ((await bed.redis.hget(key, 'opts.maxLenEvents')) !== '1000000000' && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await bed.redis.hget(key, 'opts.maxLenEvents')).toBe('1000000000');
  });

  it('sets a job aside that is not ours and goes on with its own', async () => {
    await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => {
      if (input === undefined) throw new Error('what is this?');
      return input;
    });
    await bed.startExecutor();
    await openQueue('test.echo.0').add('anything', { foreign: true });
    const id = await bed.submit([{ id: 'a', action: 'test.echo', input: 1 }]);
    expect(await bed.finished(id)).toBe('COMPLETED');
    await openQueue('test.echo.0').add('anything', { foreign: true });
    const second = await bed.submit([{ id: 'a', action: 'test.echo', input: 1 }]);
    expect(await bed.finished(second)).toBe('COMPLETED');
    const aside = await bed.redis.xrange(bed.keys.aside(0), '-', '+');
    expect(aside.map(([, fields]) => fields)).toContainEqual([
      'queue',
      'test.echo.0',
      'jobId',
      '1',
      'reason',
      'what is this?',
    ]);
  });
});

describe('a process that died between two steps', () => {
  it('before it told the next room: the order is on record and is sent again', async () => {
    await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    await bed.startExecutor();
    const id = await bed.accept([{ id: 'a', action: 'test.echo', input: 1 }]);
    expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('between grant and send: the attempt is sent as it was granted', async () => {
    await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    const id = await bed.accept([{ id: 'a', action: 'test.echo', input: 1, retryDelayMs: 10 }]);
    await bed.grantAndDie(id);
    await bed.startExecutor();
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.story(id)).not.toContain('task.retried a');
  });

  it('between grant and send of a once task: it is sent again only when the queue proves that it never came', async () => {
    await bed.serve({ name: 'test.once', effect: 'once' }, async ({ input }) => input);
    const unproven = await bed.accept([{ id: 'a', action: 'test.once', input: 1, retryDelayMs: 10 }]);
    await bed.grantAndDie(unproven);
    const executor = await bed.startExecutor();
    await bed.until(unproven, ({ type }) => type === 'task.held');
    expect(await bed.finished(await bed.submit([{ id: 'a', action: 'test.once', input: 2 }]))).toBe('COMPLETED');
    await bed.stopExecutor(executor);
    const proven = await bed.accept([{ id: 'a', action: 'test.once', input: 3, retryDelayMs: 10 }]);
    await bed.grantAndDie(proven);
    await bed.startExecutor();
    expect(await bed.finished(proven)).toBe('COMPLETED');
  });
});
