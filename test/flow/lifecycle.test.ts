import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;
const gates = new Map<string, PromiseWithResolvers<void>>();

/** Lets a task of the test end when the test says so. */
function gate(name: string): PromiseWithResolvers<void> {
  const known = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, known);
  return known;
}

beforeAll(async () => {
  bed = await RoomsBed.open({ COC_SHARDS: '4', COC_QUEUE_WINDOW: '64' });
  await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await bed.serve({ name: 'test.gate', effect: 'pure' }, async ({ input }) => gate(input as string).promise);
  await bed.serve({ name: 'test.priced', effect: 'pure', maxCostUsd: 0.4 }, async () => ({
    output: 'done',
    usage: { costUsd: 0.25 },
  }));
  await bed.startExecutor();
});

afterAll(async () => {
  for (const open of gates.values()) open.resolve();
  await bed.close();
});

describe('a directive on any of four shards', () => {
  it('completes wherever its id puts it', async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, async (_, at) =>
        bed.submit([{ id: 'a', action: 'test.echo', input: at }], { shard: at % 4 }),
      ),
    );
    for (const id of ids) expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('is still served by an executor that starts after the number of shards shrank', async () => {
    const small = await RoomsBed.open({ COC_SHARDS: '4' });
    await small.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
    await small.stopExecutor(await small.startExecutor());
    await small.startExecutor({ ...small.env, shards: 1 });
    const id = await small.submit([{ id: 'a', action: 'test.echo' }], { shard: 3 });
    expect(await small.finished(id)).toBe('COMPLETED');
    await small.close();
  });

  it('runs a fan of 1,000 and its join', async () => {
    const fan = Array.from({ length: 1_000 }, (_, at) => ({ id: `f${at}`, action: 'test.echo', input: at }));
    const id = await bed.submit(
      [...fan, { id: 'join', action: 'test.echo', input: 'end', dependsOn: fan.map((task) => task.id) }],
      { shard: 2 },
    );
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.field(id, 'succeeded')).toBe('1001');
  });

  it('skips a thousand tasks behind one that failed', async () => {
    const fan = Array.from({ length: 1_000 }, (_, at) => ({ id: `f${at}`, action: 'test.echo', dependsOn: ['root'] }));
    const id = await bed.submit([
      { id: 'root', action: 'test.gate', input: 'never', ttlMs: 50, maxRetries: 0 },
      ...fan,
      { id: 'end', action: 'test.echo', dependsOn: fan.map((task) => task.id) },
    ]);
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.field(id, 'skipped')).toBe('1001');
  });
});

describe('orders from outside', () => {
  it('pause releases nothing until resume', async () => {
    const id = await bed.submit([
      { id: 'a', action: 'test.gate', input: 'pause' },
      { id: 'b', action: 'test.echo', dependsOn: ['a'] },
    ]);
    await bed.until(id, ({ type }) => type === 'task.started');
    await bed.store.pause(id, 'tester');
    gate('pause').resolve();
    await bed.until(id, ({ type }) => type === 'task.completed');
    expect(await bed.story(id)).not.toContain('task.queued b');
    await bed.resume(id);
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.story(id)).toEqual(
      expect.arrayContaining(['directive.paused', 'directive.resumed', 'task.completed b']),
    );
  });

  it('a paused directive whose last task ends waits for its resume', async () => {
    const id = await bed.submit([{ id: 'a', action: 'test.gate', input: 'last' }]);
    await bed.until(id, ({ type }) => type === 'task.started');
    await bed.store.pause(id, 'tester');
    gate('last').resolve();
    await bed.until(id, ({ type }) => type === 'task.completed');
    expect(await bed.field(id, 'state')).toBe('PAUSED');
    await bed.resume(id);
    expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('cancel ends it at once, takes its queued jobs away and drops late outcomes', async () => {
    const id = await bed.submit([
      { id: 'a', action: 'test.gate', input: 'cancel' },
      { id: 'b', action: 'test.echo', dependsOn: ['a'] },
    ]);
    await bed.until(id, ({ type }) => type === 'task.started');
    expect(await bed.store.cancel(id)).toEqual({ state: 'CANCELLED', more: false });
    gate('cancel').resolve();
    expect((await bed.story(id)).slice(-3)).toEqual(['task.cancelled a', 'task.cancelled b', 'directive.cancelled']);
    const other = await bed.submit([{ id: 'a', action: 'test.gate', input: 'cancel' }]);
    await bed.finished(other);
    expect(await bed.field(id, 'state')).toBe('CANCELLED');
    await expect(bed.store.pause(id, 'tester')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
  });
});

describe('money', () => {
  it('is reserved, charged with what was spent, and never over the budget', async () => {
    const tasks = Array.from({ length: 4 }, (_, at) => ({ id: `t${at}`, action: 'test.priced' }));
    const id = await bed.submit(tasks, { budgetMicroUsd: 1_000_000 });
    await bed.until(id, ({ type }) => type === 'task.held');
    // 0.25 three times is 0.75; the fourth may cost 0.4 and does not fit: a human may raise the budget.
    expect(await bed.field(id, 'chargedMicroUsd')).toBe('750000');
    expect(await bed.field(id, 'reservedMicroUsd')).toBe('0');
    expect((await bed.events(id)).find(({ type }) => type === 'task.held')?.data).toMatchObject({ kind: 'budget' });
  });
});

describe('what never should happen in calm weather', () => {
  it('a batch that takes long to send is not taken for lost, and a once task starts once', async () => {
    const started: string[] = [];
    await bed.serve({ name: 'test.once', effect: 'once' }, async ({ taskId }) => started.push(taskId));
    const tasks = Array.from({ length: 300 }, (_, at) => ({
      id: `t${at}`,
      action: 'test.once',
      input: { big: { $input: '/big' } },
    }));
    const id = await bed.submit(tasks, { input: { big: 'x'.repeat(200_000) } });
    expect(await bed.finished(id, 50_000)).toBe('COMPLETED');
    expect(started.toSorted()).toEqual(tasks.map((task) => task.id).toSorted());
  });

  it('an outcome is settled as failed when its action has gone from the catalog', async () => {
    await bed.serve({ name: 'test.forgotten', effect: 'pure' }, async ({ input }) => gate(input as string).promise);
    const id = await bed.submit([{ id: 'a', action: 'test.forgotten', input: 'forgotten' }]);
    await bed.until(id, ({ type }) => type === 'task.started');
    await bed.redis.hdel(bed.keys.catalog(), 'test.forgotten', 'test.forgotten@1');
    gate('forgotten').resolve();
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.field(id, 'errorCode')).toBe('ACTION_UNKNOWN');
  });
});
