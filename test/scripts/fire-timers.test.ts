import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, failure } from './orders.js';
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

/** A directive of which task `a` waits for its retry. */
async function beginRetry(retryAtMs: number): Promise<string> {
  const { id, granted } = await stage.begin([echo('a')]);
  await stage.settle({ ...failure(granted['a']!, { retryAtMs }), verdict: 'retry' });
  return id;
}

describe('fire-timers', () => {
  it('brings back a task whose retry is due, under a new fence', async () => {
    const id = await beginRetry(1);
    const before = (await stage.task(id, '0'))!['nonce'];
    const { dispatched } = await stage.attempts.fireTimers(0, 10);
    expect(dispatched).toMatchObject([{ directiveId: id, attempt: 2 }]);
    expect(dispatched[0]!.nonce).not.toBe(before);
    expect((await stage.story(id)).at(-1)).toBe('task.queued a');
    expect(await stage.members('timers')).toEqual([`ttl:${id}`]);
  });

  it('leaves alone what is not due by the clock of Redis, and says when it will be', async () => {
    const id = await beginRetry(Date.now() + 50_000);
    const before = await stage.keyspace();
    const timers = await stage.attempts.fireTimers(0, 10);
    expect(timers).toMatchObject({ dispatched: [], expired: [] });
    expect(timers.nextMs).toBeGreaterThan(30_000);
    expect(timers.nextMs).toBeLessThanOrEqual(50_000);
    expect(await stage.keyspace()).toEqual(before);
    expect((await bed.stage().attempts.fireTimers(0, 10)).nextMs).toBeNull();
    expect(await stage.task(id, '0')).toMatchObject({ state: 'deferred' });
  });

  it('fires a timer once', async () => {
    await beginRetry(1);
    await stage.attempts.fireTimers(0, 10);
    const before = await stage.keyspace();
    expect((await stage.attempts.fireTimers(0, 10)).dispatched).toEqual([]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('names a directive whose time is over until it is ended', async () => {
    const id = await stage.accept([echo('a')]);
    await stage.letTtlPass(id);
    expect((await stage.attempts.fireTimers(0, 10)).expired).toEqual([id]);
    expect((await stage.attempts.fireTimers(0, 10)).expired).toEqual([id]);
    await stage.store.expire(id);
    expect((await stage.attempts.fireTimers(0, 10)).expired).toEqual([]);
  });

  it('parks a task whose retry is due while its directive is paused', async () => {
    const id = await beginRetry(1);
    await stage.store.pause(id, 'tester');
    expect((await stage.attempts.fireTimers(0, 10)).dispatched).toEqual([]);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'ready', waiting: ['paused', id] });
    await stage.store.resume(id, 'tester');
    expect(await stage.cascade()).toMatchObject({ a: { attempt: 2 } });
  });

  it('drops timers of directives that are gone, final or closing, and what is no timer at all', async () => {
    const id = await beginRetry(Date.now() + 50_000);
    await stage.store.cancel(id);
    const strange = [`retry:${id}.0`, `retry:${aDraft().id}.0`, 'retry:what is this', 'what:is.this', 'this'];
    await stage.redis.zadd(stage.keys.timers(0), ...strange.flatMap((member) => [1, member]));
    expect(await stage.attempts.fireTimers(0, 10)).toMatchObject({ dispatched: [], expired: [], nextMs: null });
    expect(await stage.members('timers')).toEqual([]);
  });

  it('takes no more timers a call than its limit says', async () => {
    for (let at = 0; at < 5; at += 1) await beginRetry(1);
    const { dispatched, nextMs } = await stage.attempts.fireTimers(0, 3);
    expect([dispatched.length, nextMs]).toEqual([3, 0]);
  });

  it('fires nothing when a key of one directive is of a wrong type', async () => {
    const [, bad] = [await beginRetry(1), await beginRetry(1)];
    await expectNothingWritten(stage, guardedKeys(stage, bad), async () => stage.attempts.fireTimers(0, 10));
  });
});
