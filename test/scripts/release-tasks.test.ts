import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DirectiveDraft } from '#libs/state';
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

/** Directives of one task each, filed as ready one after the other. */
async function file(drafts: Partial<DirectiveDraft>[]): Promise<string[]> {
  const ids: string[] = [];
  for (const draft of drafts) {
    const id = await stage.accept([echo('a')], draft);
    await stage.start(id);
    ids.push(id);
  }
  return ids;
}

/** The directives in the order in which a window of so many takes their tasks. */
async function grantAll(window: number): Promise<string[]> {
  const reply = await stage.run('release-tasks', queue, window, 'nonce-base', 100);
  const [, , [granted]] = reply as [left: number, popped: number, followup: [string[][]]];
  return granted.map(([id]) => id!);
}

describe('release-tasks', () => {
  it('grants as many as the window has room for, and of equal ones the oldest first', async () => {
    const free = await fillWindow();
    const ids = await file([{}, {}, {}]);
    await free();
    expect(await release()).toEqual({ ids: [`${ids[0]} a`], left: 2 });
    expect(await release()).toEqual({ ids: [], left: 2 });
    expect(await grantAll(2)).toEqual([ids[1]]);
  });

  it('gives each priority its turns: 8 of CRITICAL, 4 of HIGH, 2 of MEDIUM for 1 of LOW, and nobody none', async () => {
    await fillWindow();
    const ids = await file(Array.from({ length: 60 }, (_, at) => ({ priority: 3 - (at % 4) })));
    const order = (await grantAll(32)).map((id) => 3 - (ids.indexOf(id) % 4));
    const turns = [0, 1, 2, 3].map((priority) => order.slice(0, 15).filter((one) => one === priority).length);
    expect(turns[0]).toBeGreaterThan(turns[1]!);
    expect(turns[1]).toBeGreaterThan(turns[2]!);
    expect(turns[2]).toBeGreaterThanOrEqual(turns[3]!);
    expect(turns[3]).toBeGreaterThan(0);
  });

  it('lets the urgent task of a tenant go before all it has in the line already', async () => {
    await fillWindow();
    const ids = await file([...Array.from({ length: 20 }, () => ({ priority: 3 })), { priority: 0 }]);
    expect((await grantAll(3)).indexOf(ids[20]!)).toBeLessThan(2);
  });

  it('lets a tenant that comes new pass the line of one that floods', async () => {
    await fillWindow();
    const ids = await file([...Array.from({ length: 50 }, () => ({ tenant: 'flood' })), { tenant: 'calm' }]);
    expect((await grantAll(3)).indexOf(ids[50]!)).toBeLessThan(2);
  });

  it('forgets the shares when the line is empty', async () => {
    const free = await fillWindow();
    await file([{ tenant: 'flood' }]);
    const key = stage.keys.ready(0, queue).replace(':ready:', ':fair:');
    expect(await stage.redis.exists(key)).toBe(1);
    await free();
    await release();
    expect(await stage.redis.exists(key)).toBe(0);
  });

  it('serves whoever came first when the shares cannot be read', async () => {
    const free = await fillWindow();
    await stage.redis.set(stage.keys.ready(0, queue).replace(':ready:', ':fair:'), 'no hash');
    const [first] = await file([{}, {}]);
    await free();
    expect((await release()).ids).toEqual([`${first} a`]);
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
    const parked = await stage.parked(paused);
    expect(parked.length).toBeGreaterThan(0);
    // What stands behind the one that was granted is looked at when it is its turn.
    expect(await stage.ready()).toHaveLength(30 - parked.length);
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
    const reply = await wide.run('release-tasks', queue, 10_000, 'nonce-base', 50);
    const [left, , [dispatched]] = reply as [left: number, popped: number, followup: [string[][]]];
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
