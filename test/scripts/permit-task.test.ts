import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ulid } from 'ulid';
import { formatDirectiveId } from '#libs/contracts';
import type { GivenPermit } from '#libs/state';
import { aDraft, echo, failure, outcome } from './orders.js';
import { carry, filed, given, keyed, rated, tell, type PermitChange } from './permits.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
});
afterAll(async () => bed.close());

const inAMinute = (): number => Date.now() + 60_000;

async function holders(): Promise<string[]> {
  return stage.redis.zrange(`${stage.keys.tenant('local')}:holders:concurrency:db`, '0', '-1');
}

async function wait(id: string, index = '0'): Promise<unknown> {
  return (await stage.task(id, index))!['waiting'];
}

describe('a task that needs a place', () => {
  it('is deferred until its home slot has spoken, and says for what', async () => {
    const { id, granted } = await stage.begin([keyed('a')]);
    expect(granted).toEqual({});
    expect(await stage.task(id, '0')).toMatchObject({
      state: 'deferred',
      waiting: ['concurrency', 'db'],
      asking: true,
    });
    expect((await stage.events(id)).at(-1)).toMatchObject({
      type: 'task.deferred',
      task: 'a',
      data: { kind: 'concurrency', ref: 'db', attempt: 0 },
    });
    expect(await filed(stage)).toEqual(['ask 0 1 db']);
  });

  it('says to its caller that something was filed', async () => {
    const id = await stage.accept([keyed('a'), keyed('b'), echo('free')]);
    expect(await stage.start(id)).toMatchObject({ permits: 2, dispatched: [{ spec: { id: 'free' } }] });
  });

  it('goes when it is told', async () => {
    const { id } = await stage.begin([keyed('a')]);
    expect(await tell(stage, given(id))).toEqual(['a']);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'dispatched', attempt: 1, permits: 1 });
    expect(await stage.task(id, '0')).not.toHaveProperty('waiting');
    expect(await filed(stage)).toEqual([]);
    expect((await stage.story(id)).slice(-2)).toEqual(['task.deferred a', 'task.queued a']);
  });

  it('gives it back with its outcome', async () => {
    const { id } = await stage.begin([keyed('a')]);
    const followup = await stage.attempts.permitTask(given(id));
    const [attempt] = followup === 'stale' ? [] : followup.dispatched;
    await stage.settle(outcome(attempt!));
    expect(await stage.task(id, '0')).not.toHaveProperty('permits');
    expect(await filed(stage)).toEqual(['back 0 1 db']);
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED' });
  });

  it('gives it back when it failed, and asks anew for its next attempt', async () => {
    const { id } = await stage.begin([keyed('a')]);
    const followup = await stage.attempts.permitTask(given(id));
    const [attempt] = followup === 'stale' ? [] : followup.dispatched;
    await stage.settle({ ...failure(attempt!, { retryAtMs: 1 }), verdict: 'retry' });
    expect(await filed(stage)).toEqual(['back 0 1 db']);
    await stage.attempts.fireTimers(0, 10);
    expect(await filed(stage)).toEqual(['ask 0 2 db', 'back 0 1 db']);
    expect(await wait(id)).toEqual(['concurrency', 'db']);
    expect(await tell(stage, given(id))).toBe('stale');
    expect(await tell(stage, given(id, { round: '2' }))).toEqual(['a']);
  });

  it('keeps it while it stands in the line of its queue', async () => {
    stage = bed.stage(1);
    const { granted } = await stage.begin([echo('blocker')]);
    const { id } = await stage.begin([keyed('a')]);
    expect(await tell(stage, given(id))).toEqual([]);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'ready', permits: 1 });
    expect(await stage.ready()).toEqual([`${id}.0`]);
    expect(await filed(stage)).toEqual([]);
    await stage.settle(outcome(granted['blocker']!));
    const { followup } = await stage.attempts.releaseTasks(0, 'test.echo.0', 10);
    expect(followup.dispatched).toMatchObject([{ directiveId: id }]);
  });

  it('finds it under a key of any characters', async () => {
    const key = '}:{ "\\ / \n\u007f % | ü 😀';
    const { id } = await stage.begin([keyed('a', 1, { concurrency: { key, limit: 1 } })]);
    expect(await wait(id)).toEqual(['concurrency', key]);
    expect(await carry(stage, 0)).toEqual([`${id} a`]);
    expect(await filed(stage)).toEqual([]);
    await stage.store.cancel(id);
    expect(await filed(stage)).toEqual([`back 0 1 ${key}`]);
    await carry(stage, 0);
    expect(Object.keys(await stage.keyspace()).filter((name) => name.includes(':holders:'))).toEqual([]);
  });
});

describe('a task that needs a turn', () => {
  const turn = (id: string, turnAtMs: number): GivenPermit => given(id, { kind: 'rate', key: 'test.rated', turnAtMs });

  it('goes at once when its turn has come', async () => {
    const { id } = await stage.begin([rated('a')]);
    expect(await wait(id)).toEqual(['rate', 'test.rated']);
    expect(await tell(stage, turn(id, 1))).toEqual(['a']);
    expect(await stage.members('timers')).toEqual([`ttl:${id}`]);
  });

  it('waits for it until its time, and then goes', async () => {
    const { id } = await stage.begin([rated('a')]);
    const at = inAMinute();
    expect(await tell(stage, turn(id, at))).toEqual([]);
    expect(await stage.task(id, '0')).toMatchObject({
      state: 'deferred',
      deadline: at,
      waiting: ['rate', 'test.rated'],
    });
    expect(await filed(stage)).toEqual([]);
    expect((await stage.attempts.fireTimers(0, 10)).dispatched).toEqual([]);
    await stage.redis.zadd(stage.keys.timers(0), 'XX', 1, `permit:${id}.0`);
    expect((await stage.attempts.fireTimers(0, 10)).dispatched).toMatchObject([{ directiveId: id, attempt: 1 }]);
    expect(await stage.members('timers')).toEqual([`ttl:${id}`]);
  });

  it('has nothing to give back of it', async () => {
    const { id } = await stage.begin([rated('a')]);
    await tell(stage, turn(id, 1));
    await stage.store.cancel(id);
    expect(await filed(stage)).toEqual([]);
  });

  it('and a place asks for its turn when it has the place: turns taken long before they are used would be used at once', async () => {
    const { id } = await stage.begin([{ ...rated('a'), concurrency: { key: 'db', limit: 1 } }]);
    expect(await filed(stage)).toEqual(['ask 0 1 db']);
    expect(await tell(stage, turn(id, 1))).toBe('stale');
    expect(await tell(stage, given(id))).toEqual([]);
    expect(await filed(stage)).toEqual(['ask 0 1 test.rated']);
    expect(await wait(id)).toEqual(['rate', 'test.rated']);
    await tell(stage, turn(id, inAMinute()));
    await stage.redis.zadd(stage.keys.timers(0), 'XX', 1, `permit:${id}.0`);
    expect((await stage.attempts.fireTimers(0, 10)).dispatched.map(({ spec }) => spec.id)).toEqual(['a']);
  });

  it('asks anew when its home slot says that it was given back', async () => {
    const { id } = await stage.begin([keyed('a')]);
    expect(await stage.attempts.permitTask(given(id), true)).toMatchObject({ dispatched: [], permits: 1 });
    expect(await filed(stage)).toEqual(['ask 0 2 db']);
    expect(await stage.attempts.permitTask(given(id), true)).toBe('stale');
    expect(await tell(stage, given(id, { round: '2' }))).toEqual(['a']);
  });

  it('that is stopped before its turn is not woken by it', async () => {
    const { id } = await stage.begin([rated('a')]);
    await tell(stage, turn(id, inAMinute()));
    await stage.store.cancel(id);
    expect(await stage.leftovers(id)).toEqual({});
  });
});

describe('two directives on different shards', () => {
  it('share the places of a key', async () => {
    const [one, other] = [formatDirectiveId(0, ulid()), formatDirectiveId(1, ulid())];
    await stage.begin([keyed('a'), keyed('b')], { id: one });
    await stage.begin([keyed('a')], { id: other });
    expect([await filed(stage, 0), await filed(stage, 1)]).toEqual([['ask 0 1 db', 'ask 1 1 db'], ['ask 0 1 db']]);
    const first = await carry(stage, 1);
    expect(first).toEqual([`${other} a`]);
    expect(await carry(stage, 0)).toEqual([]);
    expect([await stage.task(one, '0'), await stage.task(one, '1')]).toMatchObject([
      { waiting: ['concurrency', 'db'] },
      { waiting: ['concurrency', 'db'] },
    ]);
    await stage.store.cancel(other);
    expect(await carry(stage, 1)).toHaveLength(1);
    expect(await holders()).toHaveLength(1);
    await stage.store.cancel(one);
    await carry(stage, 0);
    expect([await holders(), await filed(stage, 0), await filed(stage, 1)]).toEqual([[], [], []]);
  });
});

describe('what a task is told', () => {
  it('a second time it knows, at whatever stage it is', async () => {
    const { id } = await stage.begin([keyed('a')]);
    const followup = await stage.attempts.permitTask(given(id));
    const again = async (): Promise<void> => {
      const before = await stage.keyspace();
      expect(await tell(stage, given(id))).toEqual([]);
      expect(await stage.keyspace()).toEqual(before);
    };
    await again();
    const [attempt] = followup === 'stale' ? [] : followup.dispatched;
    await stage.attempts.startAttempts([attempt!]);
    await again();
  });

  it('a second time it knows while it waits for its turn', async () => {
    const { id } = await stage.begin([rated('a')]);
    const permit = given(id, { kind: 'rate', key: 'test.rated', turnAtMs: inAMinute() });
    await tell(stage, permit);
    const before = await stage.keyspace();
    expect(await tell(stage, permit)).toEqual([]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it.each<[string, PermitChange]>([
    ['about another round', { round: '2' }],
    ['about an earlier round', { round: '0' }],
    ['about another key', { key: 'other' }],
    ['about another kind', { kind: 'rate' }],
    ['about a task without permits', { index: '1' }],
    ['about a task that is not', { index: 'zz' }],
    ['about a directive that is not', { place: { directiveId: aDraft().id, index: '0', round: '1' } }],
  ])('%s is stale, and changes nothing', async (_, change) => {
    const { id } = await stage.begin([keyed('a'), echo('b')]);
    const before = await stage.keyspace();
    expect(await tell(stage, { ...given(id, change), ...(change.place && { place: change.place }) })).toBe('stale');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('after its end is stale, and changes nothing', async () => {
    const { id } = await stage.begin([keyed('a'), echo('b')]);
    const followup = await stage.attempts.permitTask(given(id));
    const [attempt] = followup === 'stale' ? [] : followup.dispatched;
    await stage.settle(outcome(attempt!));
    const before = await stage.keyspace();
    expect(await tell(stage, given(id))).toBe('stale');
    expect(await stage.keyspace()).toEqual(before);
  });
});

describe('permit-task', () => {
  it.each([
    ['no window', ['', 'nonce-']],
    ['no nonce', [10, '']],
  ])('refuses %s, and writes nothing', async (_, last) => {
    const { id } = await stage.begin([keyed('a')]);
    const before = await stage.keyspace();
    const call = stage.run('permit-task', id, '0', '1', 'concurrency', 'db', '', ...last);
    await expect(call).rejects.toThrow('a window and a nonce are needed');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([keyed('a')]);
    const { keys } = stage;
    const spoilt = guardedKeys(stage, id, keys.permits(0), keys.inflight(0, 'test.echo.0'));
    await expectNothingWritten(stage, spoilt, async () => tell(stage, given(id)));
    expect(await tell(stage, given(id))).toEqual(['a']);
  });

  it('writes nothing when the line of the queue is of a wrong type', async () => {
    stage = bed.stage(1);
    await stage.begin([echo('blocker')]);
    const { id } = await stage.begin([keyed('a')]);
    await expectNothingWritten(stage, [stage.keys.ready(0, 'test.echo.0')], async () => tell(stage, given(id)));
  });
});
