import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TaskStore, type TaskOrder } from '#libs/state';
import type { TaskSpec } from '#libs/contracts';
import { echo, failure, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let tasks: TaskStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  tasks = new TaskStore(stage.scripts, stage.keys);
});
afterAll(async () => bed.close());

async function order(id: string, index: string, verb: TaskOrder['verb'], more: Partial<TaskOrder> = {}): Promise<void> {
  const text = verb === 'complete' ? '"by hand"' : '';
  await tasks.order(id, Number.parseInt(index, 36), {
    verb,
    by: 'ann',
    comment: 'because',
    text,
    mayAnswer: true,
    ...more,
  });
}

async function refused(id: string, index: string, verb: TaskOrder['verb']): Promise<unknown> {
  const before = await stage.keyspace();
  const refusal = await order(id, index, verb).then(
    () => undefined,
    (error: unknown) => error as { code: string; task: unknown },
  );
  expect(await stage.keyspace()).toEqual(before);
  expect(refusal).toMatchObject({ code: 'TRANSITION_ILLEGAL' });
  return refusal!.task;
}

const once: TaskSpec = { id: 'a', action: 'test.once', input: 1 };

/** A task whose effect nobody knows. */
async function uncertain(): Promise<string> {
  const { id, granted } = await stage.begin([once, echo('b', ['a'])]);
  await stage.settle({ ...failure(granted['a']!), verdict: 'hold' });
  return id;
}

describe('a task that is skipped', () => {
  it('while it waits takes those that depend on it along, but not those it is optional for', async () => {
    const { id, granted } = await stage.begin([
      echo('a'),
      echo('b', ['a']),
      echo('c', ['b']),
      echo('d', ['a'], { optional: true }),
      echo('e', ['d']),
    ]);
    await order(id, '1', 'skip');
    await order(id, '3', 'skip');
    expect(Object.keys(await stage.cascade())).toEqual(['e']);
    expect(await stage.settle(outcome(granted['a']!))).toEqual({});
    const states = await Promise.all(
      ['0', '1', '2', '3'].map(async (index) => (await stage.task(id, index))!['state']),
    );
    expect(states).toEqual(['succeeded', 'skipped', 'skipped', 'skipped']);
    const events = await stage.events(id);
    expect(events.find(({ type }) => type === 'task.resolved')!.data).toEqual({
      by: 'ann',
      comment: 'because',
      decision: 'skip',
    });
  });

  it('as the last that is open ends the directive, and nothing of it is left on a list', async () => {
    const id = await uncertain();
    await order(id, '0', 'skip');
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED' });
    expect(await stage.leftovers(id)).toEqual({});
    expect((await stage.story(id)).slice(-4)).toEqual([
      'task.resolved a',
      'task.skipped a',
      'task.skipped b',
      'directive.completed',
    ]);
  });

  it('while it stands in line, waits for a human or for money leaves that place', async () => {
    const narrow = bed.stage(1);
    const store = new TaskStore(narrow.scripts, narrow.keys);
    const { id, granted } = await narrow.begin([echo('a'), echo('b'), { id: 'c', action: 'test.risky' }]);
    for (const taskIndex of [1, 2])
      await store.order(id, taskIndex, { verb: 'skip', by: 'ann', comment: '', mayAnswer: true });
    expect(await narrow.ready()).toEqual([]);
    expect(await narrow.redis.zrange(narrow.keys.holds(0, 'local'), '0', '-1')).toEqual([]);
    await narrow.cascade();
    await narrow.settle(outcome(granted['a']!));
    expect(await narrow.record(id)).toMatchObject({ state: 'COMPLETED' });
    expect(await narrow.leftovers(id)).toEqual({});
  });

  it('for lack of budget is counted there no more', async () => {
    const paid = { action: 'test.paid', budget: { maxCostUsd: 1 } };
    const { id, granted } = await stage.begin(
      [
        { id: 'a', ...paid },
        { id: 'b', ...paid },
        { id: 'c', ...paid },
      ],
      {
        budgetMicroUsd: 1_000_000,
      },
    );
    expect(await stage.parked(id)).toEqual(['1', '2']);
    await order(id, '1', 'skip');
    expect(await stage.parked(id)).toEqual(['2']);
    expect(await stage.counters(id, 'parked')).toEqual({ parked: 1 });
    await stage.cascade();
    await stage.settle(outcome(granted['a']!, { detail: { started: true, version: '1', costMicroUsd: 0 } }));
    expect(await stage.inflight('test.paid.0')).toHaveLength(1);
  });
});

describe('a task that is completed by hand', () => {
  it('succeeds with the output, and what depends on it goes on', async () => {
    const id = await uncertain();
    await order(id, '0', 'complete');
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
    expect(await stage.redis.hget(stage.keys.tasks(id), '0:output')).toBe('"by hand"');
    expect(await stage.task(id, '0')).toMatchObject({ state: 'succeeded' });
  });

  it('before it was ever sent is never sent', async () => {
    const narrow = bed.stage(1);
    const store = new TaskStore(narrow.scripts, narrow.keys);
    const { id, granted } = await narrow.begin([echo('a'), echo('b'), echo('c', ['b'])]);
    await store.order(id, 1, { verb: 'complete', by: 'ann', comment: '', text: '1', mayAnswer: true });
    await narrow.settle(outcome(granted['a']!));
    expect(Object.keys(await narrow.cascade())).toEqual(['c']);
  });
});

describe('a task that came to wait for a human meanwhile', () => {
  it('takes no order of one of whom nobody asked whether he may answer', async () => {
    const id = await uncertain();
    const before = await stage.keyspace();
    const given = { verb: 'complete', by: 'ann', comment: '', text: '1', mayAnswer: false } as const;
    expect(await tasks.order(id, 0, given)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
  });
});

describe('a task that is tried again now', () => {
  it('does not wait for the time of its next attempt', async () => {
    const { id, granted } = await stage.begin([echo('a', [], { maxRetries: 2 })]);
    const inAnHour = Date.now() + 3_600_000;
    await stage.settle({ ...failure(granted['a']!, { retryAtMs: inAnHour }), verdict: 'retry' });
    await order(id, '0', 'retry');
    expect(await stage.cascade()).toMatchObject({ a: { attempt: 2 } });
    expect(await stage.members('timers')).toEqual([`ttl:${id}`]);
  });

  it('after a hold for its effect has another attempt', async () => {
    const id = await uncertain();
    await order(id, '0', 'retry');
    expect(await stage.cascade()).toMatchObject({ a: { attempt: 2 } });
  });

  it('in a paused directive waits for its resume', async () => {
    const id = await uncertain();
    await stage.store.pause(id, 'ann');
    await order(id, '0', 'retry');
    expect(await stage.cascade()).toEqual({});
    await stage.store.resume(id, 'ann');
    expect(Object.keys(await stage.cascade())).toEqual(['a']);
  });
});

describe('an order about a task', () => {
  it.each(['skip', 'complete', 'retry'] as const)('to %s that comes twice changes nothing more', async (verb) => {
    const id = await uncertain();
    await order(id, '0', verb);
    const before = await stage.keyspace();
    await order(id, '0', verb);
    expect(await stage.keyspace()).toEqual(before);
    await stage.cascade();
    const later = await stage.keyspace();
    await order(id, '0', verb);
    expect(await stage.keyspace()).toEqual(later);
  });

  it('is refused with the state and what is allowed', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a']), { id: 'c', action: 'test.risky' }]);
    expect(await refused(id, '0', 'skip')).toEqual({ state: 'dispatched', allowed: [] });
    expect(await refused(id, '1', 'complete')).toEqual({ state: 'waiting', allowed: ['skip'] });
    expect(await refused(id, '2', 'complete')).toEqual({ state: 'held', allowed: ['skip'] });
    await stage.settle(outcome(granted['a']!));
    expect(await refused(id, '0', 'retry')).toEqual({ state: 'succeeded', allowed: [] });
    await stage.store.cancel(id);
    expect(await refused(id, '1', 'skip')).toEqual({ state: 'cancelled', allowed: [] });
    const waiting = await stage.accept([echo('a')]);
    expect(await refused(waiting, '0', 'skip')).toEqual({ state: 'waiting', allowed: [] });
  });

  it('is refused after an event that its giver has not seen, and of a task that is not there', async () => {
    const id = await uncertain();
    const { seq } = await stage.record(id);
    const before = await stage.keyspace();
    const late = order(id, '0', 'skip', { lastSeq: Number(seq) - 1 });
    await expect(late).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' });
    await expect(order(id, 'z', 'skip')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stage.keyspace()).toEqual(before);
    await order(id, '0', 'skip', { lastSeq: Number(seq) });
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await uncertain();
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => order(id, '0', 'complete'));
  });
});
