import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { limits } from '#libs/contracts';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, planOf } from './orders.js';
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

const inAnHour = (): number => Date.now() + 3_600_000;
const stopped = async (): Promise<string> => stage.accept([echo('a'), echo('b', ['a'])], { startsAt: 'order' });

describe('a directive that waits for its start', () => {
  it('is PENDING with its plan, and nothing moves it', async () => {
    const id = await stopped();
    expect(await stage.record(id)).toMatchObject({ state: 'PENDING', total: '2', open: '2' });
    expect((await stage.events(id)).map(({ type, data }) => [type, data['start']])).toEqual([
      ['directive.accepted', 'order'],
      ['directive.planned', undefined],
    ]);
    expect(await stage.leftovers(id)).toEqual({ [stage.keys.timers(0)]: [`ttl:${id}`] });
    const before = await stage.keyspace();
    expect((await stage.start(id)).dispatched).toEqual([]);
    await stage.cascade();
    expect(await stage.keyspace()).toEqual(before);
  });

  it('must be started within 30 days, and is over when nobody did', async () => {
    const id = await stopped();
    const { ttlAt, createdAt } = await stage.record(id);
    expect(Number(ttlAt) - Number(createdAt)).toBe(limits.startWithinMs);
    await stage.letTtlPass(id);
    await stage.store.expire(id);
    expect(await stage.record(id)).toMatchObject({ state: 'TIMEOUT', expired: '2' });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('is not planned before it, when it has no plan yet', async () => {
    const draft = aDraft({ kind: 'workflow', startsAt: inAnHour() });
    await stage.store.accept(draft);
    const decided = { workflow: 'w', input: null, needsReview: false };
    expect(await stage.store.commitPlan(draft.id, planOf([echo('a')]), decided)).toBe(false);
    expect(await stage.members('outbox')).toEqual([]);
    expect(await stage.members('timers')).toEqual([`start:${draft.id}`]);
  });

  it('is cancelled or failed, and leaves no timer', async () => {
    const [one, other] = [await stopped(), await stage.accept([echo('a')], { startsAt: inAnHour() })];
    await stage.store.cancel(one);
    await stage.store.end(other, 'FAILED', 'kim');
    expect([await stage.leftovers(one), await stage.leftovers(other)]).toEqual([{}, {}]);
    await expect(stage.store.release(one, 'kim')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    expect(await stage.store.release(other)).toBeUndefined();
  });
});

describe('release-directive', () => {
  it('queues it by the word of a human, and its time to live begins', async () => {
    const id = await stopped();
    expect(await stage.store.release(id, 'kim')).toBe('execute');
    const record = await stage.record(id);
    expect(record).toMatchObject({ state: 'QUEUED' });
    expect(record).not.toHaveProperty('start');
    expect(Number(record['ttlAt']) - Number(record['updatedAt'])).toBe(3_600_000);
    expect((await stage.events(id)).at(-1)).toMatchObject({ type: 'directive.released', data: { by: 'kim' } });
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect((await stage.start(id)).dispatched.map(({ spec }) => spec.id)).toEqual(['a']);
  });

  it('sends one without a plan to be planned', async () => {
    const draft = aDraft({ kind: 'intent', startsAt: 'order' });
    await stage.store.accept(draft);
    expect(await stage.store.release(draft.id, 'kim')).toBe('decide');
    expect(await stage.members('outbox')).toEqual([`decide:${draft.id}`]);
    const decided = { workflow: 'w', input: null, needsReview: false };
    expect(await stage.store.commitPlan(draft.id, planOf([echo('a')]), decided)).toBe(true);
    expect(await stage.record(draft.id)).toMatchObject({ state: 'QUEUED' });
  });

  it('lets go by the clock when the time has come, and never before', async () => {
    const [early, due] = [
      await stage.accept([echo('a')], { startsAt: inAnHour() }),
      await stage.accept([echo('a')], { startsAt: Date.now() - 1 }),
    ];
    const before = await stage.keyspace();
    expect(await stage.store.release(early)).toBeUndefined();
    expect(await stage.keyspace()).toEqual(before);
    expect(await stage.store.release(due)).toBe('execute');
    expect((await stage.events(due)).at(-1)).toMatchObject({ type: 'directive.released', data: {} });
    expect(new Set(await stage.members('timers'))).toEqual(new Set([`ttl:${due}`, `start:${early}`]));
  });

  it('lets one go before its time by the word of a human, and its timer goes too', async () => {
    const id = await stage.accept([echo('a')], { startsAt: inAnHour() });
    expect(await stage.store.release(id, 'kim')).toBe('execute');
    expect(await stage.members('timers')).toEqual([`ttl:${id}`]);
  });

  it('changes nothing the second time, nor of one that never waited', async () => {
    const [id, other] = [await stopped(), await stage.accept([echo('a')])];
    await stage.store.release(id, 'kim');
    const before = await stage.keyspace();
    expect(await stage.store.release(id, 'lee')).toBeUndefined();
    expect(await stage.store.release(other, 'lee')).toBeUndefined();
    expect(await stage.store.release(id)).toBeUndefined();
    expect(await stage.keyspace()).toEqual(before);
    await expect(stage.store.release(aDraft().id, 'kim')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await stopped();
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.store.release(id, 'kim'));
  });
});

describe('fire-timers', () => {
  it('names what is to be started when its time has come, again a second later as long as nobody did', async () => {
    const id = await stage.accept([echo('a')], { startsAt: Date.now() - 1 });
    const later = await stage.accept([echo('a')], { startsAt: inAnHour() });
    expect((await stage.attempts.fireTimers(0, 10)).starting).toEqual([id]);
    expect((await stage.attempts.fireTimers(0, 10)).starting).toEqual([]);
    expect(await stage.members('timers')).toEqual([`start:${id}`, `start:${later}`]);
    await stage.store.release(id);
    expect(await stage.members('timers')).not.toContain(`start:${id}`);
  });
});

describe('mend-directive', () => {
  it('files the start of one whose timer was lost, and leaves alone what waits for a human', async () => {
    const [id, other] = [await stage.accept([echo('a')], { startsAt: inAnHour() }), await stopped()];
    const mend = async (one: string) => stage.run('mend-directive', one, 0, 0, 10);
    expect(await mend(id)).toEqual(['ok', '']);
    await stage.redis.zrem(stage.keys.timers(0), `start:${id}`);
    expect(await mend(id)).toEqual(['ok', '', 'start']);
    expect(await stage.members('timers')).toContain(`start:${id}`);
    expect(await mend(other)).toEqual(['ok', '']);
    expect(await stage.members('outbox')).toEqual([]);
  });
});
