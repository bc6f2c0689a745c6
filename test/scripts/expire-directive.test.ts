import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, outcome } from './orders.js';
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

describe('expire-directive', () => {
  it('ends a directive whose time is over, and every task of it', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b'), echo('c', ['b'])]);
    await stage.settle(outcome(granted['a']!));
    await stage.letTtlPass(id);
    expect(await stage.store.expire(id)).toBe(false);
    expect(await stage.record(id)).toMatchObject({
      state: 'TIMEOUT',
      expired: '2',
      succeeded: '1',
      open: '0',
      errorCode: 'DIRECTIVE_TIMEOUT',
    });
    expect((await stage.story(id)).slice(-3)).toEqual(['task.expired b', 'task.expired c', 'directive.timeout']);
    expect((await stage.events(id)).at(-1)!.data).toMatchObject({ expired: 2, code: 'DIRECTIVE_TIMEOUT' });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('does nothing before the time, by the clock of Redis', async () => {
    const { id } = await stage.begin([echo('a')]);
    const before = await stage.keyspace();
    expect(await stage.run('expire-directive', id, 100)).toEqual(['early', (await stage.record(id))['ttlAt']]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it.each(['PENDING', 'QUEUED', 'RUNNING', 'PAUSED'])('ends one that is %s', async (state) => {
    const draft = aDraft();
    await stage.store.accept(draft);
    const id = state === 'PENDING' ? draft.id : (await stage.begin([echo('a')])).id;
    await stage.redis.hset(stage.keys.directive(id), 'state', state);
    await stage.letTtlPass(id);
    await stage.store.expire(id);
    expect(await stage.record(id)).toMatchObject({ state: 'TIMEOUT' });
    expect(await stage.counters(id, 'open')).toEqual({ open: 0 });
  });

  it('releases nothing from the moment the time is over, even before it is ended', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a'])]);
    await stage.letTtlPass(id);
    expect(await stage.settle(outcome(granted['a']!))).toEqual({});
    expect(await stage.ready()).toEqual([]);
    expect(await stage.inflight()).toEqual([]);
  });

  it('changes nothing but its timer when the directive ended before, is being cancelled, or is gone', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle(outcome(granted['a']!));
    const closing = (await stage.begin(Array.from({ length: 150 }, (_, at) => echo(`t${at}`)))).id;
    await stage.store.cancel(closing);
    const gone = aDraft().id;
    const before = await stage.keyspace();
    for (const one of [id, closing, gone]) {
      await stage.redis.zadd(stage.keys.timers(0), 1, `ttl:${one}`);
      expect(await stage.store.expire(one)).toBe(false);
    }
    delete before[stage.keys.timers(0)];
    expect(await stage.keyspace()).toEqual(before);
  });

  it('finishes 100 tasks and leaves the others to close-chunk', async () => {
    const { id } = await stage.begin(Array.from({ length: 250 }, (_, at) => echo(`t${at}`)));
    await stage.letTtlPass(id);
    expect(await stage.store.expire(id)).toBe(true);
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', closing: 'TIMEOUT', expired: '100', open: '150' });
    expect(await stage.members('timers')).toEqual([]);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([echo('a')]);
    await stage.letTtlPass(id);
    await expectNothingWritten(stage, guardedKeys(stage, id, stage.keys.control(0)), async () =>
      stage.store.expire(id),
    );
  });
});
