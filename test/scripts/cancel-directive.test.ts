import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, failure, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage(2);
});
afterAll(async () => bed.close());

describe('cancel-directive', () => {
  it('ends every task wherever it waits and revokes what is in flight', async () => {
    const paid = { id: 'paid', action: 'test.paid', budget: { maxCostUsd: 1 } };
    const tasks = [
      echo('running'),
      echo('retry'),
      echo('ready'),
      echo('waiting', ['ready']),
      paid,
      { ...paid, id: 'deferred' },
    ];
    const { id, granted } = await stage.begin(tasks, { budgetMicroUsd: 1_500_000 });
    await stage.attempts.startAttempts([granted['running']!]);
    await stage.settle({ ...failure(granted['retry']!, { retryAtMs: 9_999_999_999_999 }), verdict: 'retry' });
    const { state, more } = await stage.store.cancel(id);
    expect([state, more]).toEqual(['CANCELLED', false]);
    expect(await stage.record(id)).toMatchObject({ cancelled: '6', open: '0', reservedMicroUsd: '0' });
    expect((await stage.story(id)).slice(-7)).toEqual([
      ...tasks.map((task) => `task.cancelled ${task.id}`),
      'directive.cancelled',
    ]);
    expect(await stage.leftovers(id)).toEqual({});
    expect(await stage.parked(id)).toEqual([]);
    // Nobody's word stands in it: that is for a human's end alone.
    expect(Object.keys((await stage.events(id)).at(-1)!.data)).toEqual(expect.not.arrayContaining(['by', 'reason']));
    const jobs = await stage.members('discard');
    expect(jobs.map((job) => job.split('|')[0]!).toSorted()).toEqual(['test.echo.0', 'test.paid.0']);
    expect(await stage.redis.xlen(stage.keys.control(0))).toBe(2);
  });

  it('charges the grant of what had started, and nothing of what had not', async () => {
    const paid = (id: string) => ({ id, action: 'test.paid', budget: { maxCostUsd: 1 } });
    const { id, granted } = await stage.begin([paid('started'), paid('queued')]);
    await stage.attempts.startAttempts([granted['started']!]);
    await stage.store.cancel(id);
    expect(await stage.counters(id, 'chargedMicroUsd', 'reservedMicroUsd')).toEqual({
      chargedMicroUsd: 1_000_000,
      reservedMicroUsd: 0,
    });
  });

  it('cancels what has no plan yet', async () => {
    const draft = aDraft();
    await stage.store.accept(draft);
    expect(await stage.store.cancel(draft.id)).toEqual({ state: 'CANCELLED', more: false });
    expect(await stage.story(draft.id)).toEqual(['directive.accepted', 'directive.cancelled']);
    expect(await stage.leftovers(draft.id)).toEqual({});
  });

  it('keeps what succeeded, and accepts no outcome after it', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b')]);
    await stage.settle(outcome(granted['a']!));
    await stage.store.cancel(id);
    expect(await stage.counters(id, 'succeeded', 'cancelled', 'open')).toEqual({ succeeded: 1, cancelled: 1, open: 0 });
    const before = await stage.keyspace();
    expect((await stage.attempts.settle([outcome(granted['b']!)])).results).toEqual([{ result: 'stale' }]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('finishes 100 tasks and leaves the others to close-chunk; from here nothing starts', async () => {
    const { id } = await stage.begin(Array.from({ length: 10_000 }, (_, at) => echo(`t${at}`)));
    await stage.attempts.advanceCascade(0);
    expect(await stage.store.cancel(id)).toEqual({ state: 'RUNNING', more: true });
    expect(await stage.record(id)).toMatchObject({ closing: 'CANCELLED', cancelled: '100', open: '9900' });
    expect(await stage.members('closing')).toEqual([id]);
    expect(await stage.cascade()).toEqual({});
    expect(await stage.ready()).toHaveLength(100);
    expect((await stage.attempts.releaseTasks(0, 'test.echo.0', 100)).followup.dispatched).toEqual([]);
    expect(await stage.ready()).toEqual([]);
  });

  it('changes nothing the second time, closing or closed', async () => {
    const { id } = await stage.begin(Array.from({ length: 150 }, (_, at) => echo(`t${at}`)));
    await stage.store.cancel(id);
    const before = await stage.keyspace();
    // Whose first answer was lost must not take it for over: there are jobs in the queues still.
    expect(await stage.store.cancel(id)).toEqual({ state: 'RUNNING', more: true });
    expect(await stage.keyspace()).toEqual(before);
    await stage.store.closeChunk(id);
    const after = await stage.keyspace();
    expect(await stage.store.cancel(id)).toEqual({ state: 'CANCELLED', more: false });
    expect(await stage.keyspace()).toEqual(after);
  });

  it('refuses what ended otherwise, and what it does not know', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle(outcome(granted['a']!));
    const before = await stage.keyspace();
    await expect(stage.store.cancel(id)).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    await expect(stage.store.cancel(aDraft().id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type, or without a limit', async () => {
    const { id } = await stage.begin([echo('a')]);
    await expectNothingWritten(stage, guardedKeys(stage, id, stage.keys.control(0)), async () =>
      stage.store.cancel(id),
    );
    const before = await stage.keyspace();
    await expect(stage.run('cancel-directive', id, 'all')).rejects.toThrow('how many tasks to finish');
    expect(await stage.keyspace()).toEqual(before);
  });
});
