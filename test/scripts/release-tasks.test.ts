import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, outcome, queue } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage(1);
});
afterAll(async () => bed.close());

/** A task that fills the window of one, so that what comes next is filed as ready. */
async function fillWindow(): Promise<() => Promise<unknown>> {
  const { granted } = await stage.begin([echo('blocker')]);
  return async () => stage.settle(outcome(granted['blocker']!));
}

async function release(limit = 100): Promise<{ ids: string[]; left: number }> {
  const { followup, left } = await stage.attempts.releaseTasks(0, queue, limit);
  return { ids: followup.dispatched.map(({ directiveId, spec }) => `${directiveId} ${spec.id}`), left };
}

describe('release-tasks', () => {
  it('grants in order of priority, then of time, as many as the window has room for', async () => {
    const free = await fillWindow();
    const low = await stage.accept([echo('a')], { priority: 3 });
    const first = await stage.accept([echo('a')]);
    const second = await stage.accept([echo('a')]);
    const critical = await stage.accept([echo('a')], { priority: 0 });
    for (const [at, id] of [low, first, second, critical].entries()) {
      await stage.start(id);
      const member = `${id}.0`;
      const score = Number(await stage.redis.zscore(stage.keys.ready(0, queue), member));
      await stage.redis.zadd(stage.keys.ready(0, queue), score + at, member);
    }
    await free();
    expect(await release()).toEqual({ ids: [`${critical} a`], left: 3 });
    expect(await release()).toEqual({ ids: [], left: 3 });
    const wide = bed.stage(3);
    Object.assign(wide, { keys: stage.keys });
    const [granted] = (await stage.run('release-tasks', queue, 3, 'nonce-base', 100)) as [string[][]];
    expect(granted.map(([id]) => id)).toEqual([first, second]);
  });

  it('lets nobody who just became ready pass the line of the queue', async () => {
    const { granted } = await stage.begin([echo('a'), echo('b', ['a'])]);
    const other = await stage.accept([echo('waiting')], { priority: 1 });
    await stage.start(other);
    expect(await stage.settle(outcome(granted['a']!))).toEqual({});
    expect((await release()).ids).toEqual([`${other} waiting`]);
  });

  it('grants nothing twice', async () => {
    const free = await fillWindow();
    const id = await stage.accept([echo('a')]);
    await stage.start(id);
    await free();
    expect((await release()).ids).toEqual([`${id} a`]);
    const before = await stage.keyspace();
    expect(await release()).toEqual({ ids: [], left: 0 });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('parks what belongs to a paused directive and goes on to the next', async () => {
    const free = await fillWindow();
    const paused = await stage.accept(Array.from({ length: 30 }, (_, at) => echo(`t${at}`)));
    await stage.start(paused);
    await stage.redis.hset(stage.keys.directive(paused), 'state', 'PAUSED');
    const behind = await stage.accept([echo('behind')], { priority: 3 });
    await stage.start(behind);
    await free();
    expect((await release(10)).ids).toEqual([`${behind} behind`]);
    expect(await stage.parked(paused)).toHaveLength(30);
    expect(await stage.ready()).toEqual([]);
  });

  it('drops members whose directive is gone, final or over its TTL, and what is no member at all', async () => {
    const free = await fillWindow();
    const [late, cancelled] = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    await stage.start(late);
    await stage.start(cancelled);
    await stage.letTtlPass(late);
    await stage.store.cancel(cancelled);
    const strange = [`${aDraft().id}.0`, `${cancelled}.0`, 'what is this', `${late}.zz`];
    await stage.redis.zadd(stage.keys.ready(0, queue), ...strange.flatMap((member) => [0, member]));
    await free();
    expect(await release()).toEqual({ ids: [], left: 0 });
    expect(await stage.inflight()).toEqual([]);
  });

  it('leaves alone what is in flight or held already, should it stand in the line again', async () => {
    const wide = bed.stage();
    const { id } = await wide.begin([echo('running'), { id: 'held', action: 'test.risky' }]);
    await wide.redis.zadd(wide.keys.ready(0, queue), 0, `${id}.0`, 0, `${id}.1`);
    const before = [await wide.task(id, '0'), await wide.task(id, '1'), await wide.inflight()];
    expect((await wide.attempts.releaseTasks(0, queue, 10)).followup.dispatched).toEqual([]);
    expect([await wide.task(id, '0'), await wide.task(id, '1'), await wide.inflight()]).toEqual(before);
  });

  it('holds what needs more than the budget has left, and defers what others have reserved', async () => {
    const wide = bed.stage(1);
    const paid = (id: string, maxCostUsd: number) => ({ id, action: 'test.paid', budget: { maxCostUsd } });
    const tasks = [paid('a', 1), paid('b', 1), paid('c', 5)];
    const { id } = await wide.begin(tasks, { budgetMicroUsd: 1_500_000 });
    expect(await wide.task(id, '1')).toMatchObject({ state: 'deferred', waiting: ['budget-reserved', id] });
    expect(await wide.task(id, '2')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    expect(await wide.counters(id, 'reservedMicroUsd', 'chargedMicroUsd')).toEqual({
      reservedMicroUsd: 1_000_000,
      chargedMicroUsd: 0,
    });
  });

  it('touches no more tasks than its limit says', async () => {
    const wide = bed.stage(1);
    const { id, granted } = await wide.begin(Array.from({ length: 400 }, (_, at) => echo(`t${at}`)));
    await wide.cascade();
    await wide.settle(outcome(granted['t0']!));
    const [dispatched, left] = (await wide.run('release-tasks', queue, 10_000, 'nonce-base', 50)) as [
      unknown[],
      number,
    ];
    expect([dispatched.length, left]).toEqual([50, 349]);
    expect(await wide.counters(id, 'open')).toEqual({ open: 399 });
  });

  it('writes nothing of any directive when a key of one is of a wrong type', async () => {
    const free = await fillWindow();
    const [good, bad] = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    await stage.start(good);
    await stage.start(bad);
    await free();
    const call = async () => stage.run('release-tasks', queue, 10, 'nonce-base', 100);
    const { keys } = stage;
    const spoilt = guardedKeys(stage, bad, keys.ready(0, queue), keys.inflight(0, queue));
    await expectNothingWritten(stage, spoilt, call);
  });
});
