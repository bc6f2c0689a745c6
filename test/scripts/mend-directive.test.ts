import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MendStore, ScriptRunner } from '#libs/state';
import { aDraft, echo, jobIdOf, outcome, queue } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let mending: MendStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  mending = new MendStore(bed.redis, new ScriptRunner(bed.redis), stage.keys);
});
afterAll(async () => bed.close());

async function mend(id: string): Promise<string[]> {
  return (await mending.mend(id, 0, 0)).mended;
}

/** What was lost is found once; then there is nothing more to mend. */
async function expectMended(id: string, ...words: string[]): Promise<void> {
  expect(await mend(id)).toEqual(words);
  expect(await mend(id)).toEqual([]);
}

describe('a directive of which nothing would move something', () => {
  it('is told to the decide room again when that was forgotten', async () => {
    const { id } = aDraft();
    await stage.store.accept(aDraft({ id }));
    await bed.redis.zrem(stage.keys.outbox(0), `decide:${id}`);
    await expectMended(id, 'decide');
    expect(await stage.members('outbox')).toEqual([`decide:${id}`]);
  });

  it('starts though its first chunk was lost', async () => {
    const id = await stage.accept([echo('a'), echo('b', ['a'])]);
    await bed.redis.del(stage.keys.cascade(0), stage.keys.outbox(0));
    await expectMended(id, 'task 0');
    expect(Object.keys(await stage.cascade())).toEqual(['a']);
  });

  it('goes on with a task that was freed and got lost, once', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b'), echo('c', ['a', 'b']), echo('d', ['b'])]);
    await stage.run('pause-directive', id, 'x');
    await stage.settle(outcome(granted['a']!), outcome(granted['b']!));
    await bed.redis.del(`${stage.keys.directive(id)}:parked`);
    await bed.redis.hset(stage.keys.directive(id), 'state', 'RUNNING');
    await expectMended(id, 'task 2', 'task 3');
    expect(Object.keys(await stage.cascade()).toSorted()).toEqual(['c', 'd']);
    await expectMended(id);
  });

  it('looks for the job of an attempt that nothing lists', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await bed.redis.del(stage.keys.inflight(0, queue));
    await expectMended(id, 'attempt 0');
    expect(await stage.inflight()).toEqual([jobIdOf(granted['a']!)]);
  });

  it('shows a task again that waits for a human', async () => {
    const { id } = await stage.begin([{ id: 'a', action: 'test.risky' }]);
    await bed.redis.del(stage.keys.holds(0, 'local'));
    await expectMended(id, 'hold 0');
    expect(await bed.redis.zrange(stage.keys.holds(0, 'local'), '0', '-1')).toEqual([`${id}.0`]);
  });

  it('asks its home slot again', async () => {
    const { id } = await stage.begin([echo('a', [], { concurrency: { key: 'k', limit: 1 } })]);
    const [order] = await bed.redis.zrange(stage.keys.permits(0), '0', '-1');
    await bed.redis.del(stage.keys.permits(0));
    await expectMended(id, 'permit 0');
    expect(await bed.redis.zrange(stage.keys.permits(0), '0', '-1')).toEqual([order]);
  });

  it('ends when its last task has ended', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.run('pause-directive', id, 'x');
    await stage.settle(outcome(granted['a']!));
    await bed.redis.hset(stage.keys.directive(id), 'state', 'RUNNING');
    await expectMended(id, 'end');
    await stage.cascade();
    expect((await stage.record(id))['state']).toBe('COMPLETED');
  });

  it('is closed to its end', async () => {
    const id = await stage.accept(Array.from({ length: 101 }, (_, at) => echo(`t${at}`)));
    expect((await stage.store.cancel(id)).more).toBe(true);
    await bed.redis.del(stage.keys.closing(0));
    await expectMended(id, 'closing');
  });
});

describe('a directive that moves', () => {
  it('is left alone for as long as it was not quiet', async () => {
    const id = await stage.accept([echo('a')]);
    await bed.redis.del(stage.keys.cascade(0));
    expect(await mending.mend(id, 60_000, 0)).toEqual({ mended: [], next: null });
  });

  it('is looked at 50 tasks a call', async () => {
    const id = await stage.accept(Array.from({ length: 120 }, (_, at) => echo(`t${at}`)));
    expect([
      (await mending.mend(id, 0, 0)).next,
      (await mending.mend(id, 0, 50)).next,
      (await mending.mend(id, 0, 100)).next,
    ]).toEqual([50, 100, null]);
  });

  it('is looked at a few tasks a call when their specs are large', async () => {
    const input = { text: 'x'.repeat(20_000) };
    const id = await stage.accept([echo('a'), ...['b', 'c', 'd'].map((name) => echo(name, ['a'], { input }))]);
    const froms = [0, 1, 2];
    expect(await Promise.all(froms.map(async (from) => (await mending.mend(id, 0, from)).next))).toEqual([1, 2, 3]);
    expect((await mending.mend(id, 0, 3)).next).toBeNull();
  });

  it('is looked at a few tasks a call when they wait for many, but only as far as the first that is open', async () => {
    const roots = Array.from({ length: 99 }, (_, at) => `r${at}`);
    const joins = Array.from({ length: 50 }, (_, at) => echo(`j${at}`, roots));
    const id = await stage.accept([...joins, ...roots.map((name) => echo(name))]);
    const tasks = `${stage.keys.directive(id)}:tasks`;
    expect((await mending.mend(id, 0, 0)).next).toBeGreaterThan(10);
    const ended = roots.slice(1).flatMap((_, at) => [(joins.length + at).toString(36), '{"state":"succeeded"}']);
    await bed.redis.hset(tasks, ...ended);
    expect([(await mending.mend(id, 0, 0)).next, (await mending.mend(id, 0, 1)).next]).toEqual([1, 2]);
    await bed.redis.hset(tasks, (joins.length + 98).toString(36), '{"state":"succeeded"}');
    // As long as the start is filed it may be what frees them.
    expect((await mending.mend(id, 0, 49)).mended).toEqual([]);
    await bed.redis.del(stage.keys.cascade(0));
    expect(await mending.mend(id, 0, 49)).toMatchObject({ mended: ['task 1d'] });
  });

  it('is paused, over, or none at all', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.run('pause-directive', id, 'x');
    expect(await stage.run('mend-directive', id, 0, 0, 50)).toEqual(['moves']);
    await stage.store.cancel(id);
    expect(await stage.run('mend-directive', granted['a']!.directiveId, 0, 0, 50)).toEqual(['rests']);
    expect(await stage.run('mend-directive', 'd0_none', 0, 0, 50)).toEqual(['rests']);
  });

  it('is found by its timer', async () => {
    const ids = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    const page = await mending.open(0, '0', 100);
    expect(page).toEqual({ ids: expect.arrayContaining(ids), cursor: '0' });
    expect(page.ids).toHaveLength(2);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await stage.accept([echo('a')]);
    await bed.redis.del(stage.keys.cascade(0));
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.run('mend-directive', id, 0, 0, 50));
  });
});

describe('what is reserved', () => {
  const paid = { id: 'a', action: 'test.paid', budget: { maxCostUsd: 1 } };

  it('is what live attempts reserved: nothing is corrected', async () => {
    const { id } = await stage.begin([paid, { ...paid, id: 'b' }], { budgetMicroUsd: 5_000_000 });
    expect(await mending.correctReservation(id)).toEqual({ result: 'even' });
  });

  it('beyond that is given back with an event, and wakes who waited for it', async () => {
    const { id } = await stage.begin([paid, { ...paid, id: 'b' }], { budgetMicroUsd: 2_000_000 });
    const counts = JSON.parse((await bed.redis.hget(stage.keys.directive(id), 'counts'))!) as number[];
    await bed.redis.hset(stage.keys.directive(id), 'counts', JSON.stringify(counts.with(13, 2_500_000)));
    expect(await mending.correctReservation(id)).toEqual({ result: 'corrected', microUsd: 500_000, tokens: 0 });
    expect(await stage.counters(id, 'reservedMicroUsd')).toEqual({ reservedMicroUsd: 2_000_000 });
    expect((await stage.events(id)).at(-1)).toMatchObject({
      type: 'directive.reservation_corrected',
      data: { microUsd: 500_000, tokens: 0 },
    });
    expect(await mending.correctReservation(id)).toEqual({ result: 'even' });
  });

  it('is summed over a long plan call by call, as long as nothing happens to it', async () => {
    const tasks = Array.from({ length: 501 }, (_, at) => echo(`t${at}`));
    const id = await stage.accept([...tasks, paid]);
    await stage.start(id);
    while (Object.keys(await stage.cascade()).length > 0);
    await bed.redis.hset(stage.keys.directive(id), 'counts', await withReserved(id, 3));
    const step = await mending.correctReservation(id);
    expect(step).toMatchObject({ result: 'more', sum: { from: 500 } });
    if (step.result !== 'more') return;
    expect(await mending.correctReservation(id, { ...step.sum, seq: '1' })).toEqual({ result: 'moved' });
    expect(await mending.correctReservation(id, step.sum)).toMatchObject({ result: 'corrected' });
  });

  async function withReserved(id: string, microUsd: number): Promise<string> {
    const counts = JSON.parse((await bed.redis.hget(stage.keys.directive(id), 'counts'))!) as number[];
    return JSON.stringify(counts.with(13, counts[13]! + microUsd));
  }
});
