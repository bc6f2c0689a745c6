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
  stage = bed.stage();
});
afterAll(async () => bed.close());

const dependents = Array.from({ length: 5_000 }, (_, at) => echo(`t${at}`, ['root']));

describe('advance-cascade', () => {
  it('frees the dependents a settlement left to it, 100 a call', async () => {
    const { id, granted } = await stage.begin([echo('root'), ...dependents.slice(0, 300)]);
    await stage.settle(outcome(granted['root']!));
    expect(await stage.members('cascade')).toEqual([`${id}.0.0.free`, `${id}.0.1.free`, `${id}.0.2.free`]);
    const sizes: number[] = [];
    for (let left = 1; left > 0;) {
      const before = (await stage.ready()).length + (await stage.inflight()).length;
      left = (await stage.attempts.advanceCascade(0)).cascades;
      sizes.push((await stage.ready()).length + (await stage.inflight()).length - before);
    }
    expect(sizes).toEqual([100, 100, 36]);
    expect(await stage.counters(id, 'open', 'succeeded')).toEqual({ open: 300, succeeded: 1 });
  });

  it('skips 5,000 dependents of a failed task, at most 100 a call, and then ends the directive', async () => {
    const { id, granted } = await stage.begin([echo('root'), ...dependents]);
    await stage.settle(failure(granted['root']!));
    const steps: number[] = [];
    for (let left = 1, seen = (await stage.counters(id, 'skipped'))['skipped']!; left > 0;) {
      left = (await stage.attempts.advanceCascade(0)).cascades;
      const { skipped } = await stage.counters(id, 'skipped');
      steps.push(skipped! - seen);
      seen = skipped!;
    }
    expect(Math.max(...steps)).toBeLessThanOrEqual(100);
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', skipped: '5000', failed: '1', open: '0' });
    expect(await stage.story(id)).toHaveLength(6 + 5_000 + 1);
  });

  it('walks down a chain of skipped tasks one step a call', async () => {
    const chain = Array.from({ length: 20 }, (_, at) => echo(`t${at}`, at === 0 ? [] : [`t${at - 1}`]));
    const { id, granted } = await stage.begin([...chain, echo('other')]);
    await stage.settle(failure(granted['t0']!));
    await stage.cascade();
    expect(await stage.counters(id, 'skipped', 'open')).toEqual({ skipped: 19, open: 1 });
    const skipped = (await stage.events(id)).filter(({ type }) => type === 'task.skipped');
    expect(skipped.map(({ data }) => data['because'])).toEqual(chain.slice(0, 19).map((task) => task.id));
  });

  it('goes past an optional task that was skipped', async () => {
    const tasks = [echo('a'), echo('maybe', ['a'], { optional: true }), echo('end', ['maybe'])];
    const { id, granted } = await stage.begin(tasks);
    await stage.settle(failure(granted['a']!));
    expect(Object.keys(await stage.cascade())).toEqual(['end']);
    expect(await stage.task(id, '1')).toMatchObject({ state: 'skipped' });
  });

  it('neither frees what was skipped nor skips it twice', async () => {
    const { id, granted } = await stage.begin([
      echo('bad'),
      echo('worse'),
      echo('good'),
      echo('end', ['bad', 'worse', 'good']),
    ]);
    await stage.settle(failure(granted['bad']!));
    await stage.settle(failure(granted['worse']!));
    await stage.settle(outcome(granted['good']!));
    await stage.cascade();
    expect((await stage.story(id)).filter((line) => line.endsWith(' end'))).toEqual(['task.skipped end']);
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', open: '0', skipped: '1' });
  });

  it('drops chunks of a directive that is final, closing or gone', async () => {
    const { id, granted } = await stage.begin([echo('root'), ...dependents.slice(0, 300)]);
    await stage.settle(outcome(granted['root']!));
    await stage.store.cancel(id);
    await stage.redis.zadd(stage.keys.cascade(0), 0, `${aDraft().id}.0.0.free`, 0, 'what is this');
    const story = await stage.story(id);
    expect(await stage.cascade()).toEqual({});
    expect(await stage.story(id)).toEqual(story);
    expect(await stage.members('cascade')).toEqual([]);
  });

  it('does nothing when nothing is filed', async () => {
    expect(await stage.attempts.advanceCascade(0)).toMatchObject({
      dispatched: [],
      expanding: [],
      cascades: 0,
      reviewing: [],
    });
    expect(await stage.keyspace()).toEqual({});
  });

  it('ends when nothing more can be unparked, though a reservation keeps others waiting', async () => {
    const paid = (name: string) => ({ id: name, action: 'test.paid', budget: { maxCostUsd: 1 } });
    const { id } = await stage.begin([paid('a'), paid('b'), paid('c')], { budgetMicroUsd: 1_500_000 });
    await stage.store.pause(id, 'tester');
    await stage.store.resume(id, 'tester');
    expect(await stage.cascade()).toEqual({});
    expect(await stage.parked(id)).toEqual(['1', '2']);
  });

  it('keeps the chunk and writes nothing when a key is of a wrong type', async () => {
    const { id, granted } = await stage.begin([echo('root'), ...dependents.slice(0, 100)]);
    await stage.settle(outcome(granted['root']!));
    const keys = guardedKeys(stage, id);
    await expectNothingWritten(stage, keys, async () => stage.attempts.advanceCascade(0));
    expect(await stage.members('cascade')).toHaveLength(1);
  });
});
