import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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

const manyTasks = Array.from({ length: 250 }, (_, at) => echo(`t${at}`, at === 0 ? [] : ['t0']));

describe('accept-directive', () => {
  it('writes down an order without a plan and asks the decide room', async () => {
    const draft = aDraft({ kind: 'intent', title: 'Index it', ref: 'mine', budgetMicroUsd: 5 });
    expect(await stage.store.accept(draft)).toBe('created');
    const record = await stage.record(draft.id);
    expect(record).toMatchObject({ state: 'PENDING', seq: '1', title: 'Index it', ref: 'mine', budgetMicroUsd: '5' });
    expect(Number(record['ttlAt']) - Number(record['createdAt'])).toBe(draft.ttlMs);
    expect(await stage.events(draft.id)).toEqual([
      { type: 'directive.accepted', task: '', data: { kind: 'intent', actor: 'tester', ref: 'mine' } },
    ]);
    expect(await stage.members('outbox')).toEqual([`decide:${draft.id}`]);
    expect(await stage.members('timers')).toEqual([`ttl:${draft.id}`]);
    expect(await stage.redis.zscore(stage.keys.index(0, 'local'), draft.id)).toBe(record['createdAt']);
  });

  it('commits a plan in the same step and files its roots', async () => {
    const id = await stage.accept([echo('a'), echo('b', ['a']), echo('c')]);
    expect(await stage.record(id)).toMatchObject({ state: 'QUEUED', total: '3', open: '3', seq: '2' });
    expect((await stage.events(id))[1]).toMatchObject({ type: 'directive.planned', data: { tasks: 3, edges: 1 } });
    expect(await stage.redis.hget(stage.keys.tasks(id), '1:pending')).toBe('1');
    expect(await stage.members('cascade')).toEqual([`${id}.root.0.start`]);
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect(await stage.redis.smembers(stage.keys.queues(0))).toEqual(['test.echo.0']);
  });

  it('adopts a large plan that was staged, and nothing of it expires', async () => {
    const id = await stage.accept(manyTasks);
    expect(await stage.redis.hlen(stage.keys.tasks(id))).toBe(249);
    expect(await stage.redis.ttl(stage.keys.plan(id))).toBe(-1);
    expect(await stage.redis.ttl(stage.keys.tasks(id))).toBe(-1);
    const staged = Object.keys(await stage.keyspace()).filter((key) => /:(plan|tasks):/.test(key));
    expect(staged).toEqual([]);
  });

  it('changes nothing when the same request comes again', async () => {
    const draft = aDraft();
    await stage.store.accept(draft, planOf([echo('a')]));
    const before = await stage.keyspace();
    expect(await stage.store.accept({ ...draft, title: 'ignored' }, planOf([echo('a')]))).toBe('exists');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('changes nothing when another request comes under the same id', async () => {
    const draft = aDraft();
    await stage.store.accept(draft);
    const before = await stage.keyspace();
    expect(await stage.store.accept({ ...draft, requestHash: 'other' }, planOf([echo('a')]))).toBe('mismatch');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('refuses a large plan of which a part is gone, and writes nothing', async () => {
    const { id } = aDraft();
    const plan = JSON.stringify({
      total: 1,
      edges: 0,
      hash: 'h',
      rootChunks: 1,
      queues: [],
      planFields: 3,
      pendingFields: 0,
    });
    await stage.run('stage-plan', id, 'h', 2, 0, '0', '{}');
    const before = await stage.keyspace();
    expect(await stage.run('accept-directive', id, 'hash', 'local', 1_000, '{}', plan, 0, 0, 0)).toEqual(['unstaged']);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('keeps two directives with the same task ids apart', async () => {
    const [first, second] = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    await stage.attempts.startDirective(first);
    expect(await stage.task(first, '0')).toMatchObject({ state: 'dispatched' });
    expect(await stage.task(second, '0')).toBeNull();
    expect(await stage.story(second)).toEqual(['directive.accepted', 'directive.planned']);
  });

  it('takes text with half of a surrogate pair', async () => {
    const draft = aDraft({ title: 'half \ud83d', actor: 'half \ud83d' });
    expect(await stage.store.accept(draft)).toBe('created');
    expect((await stage.events(draft.id))[0]!.data['actor']).toBe('half \ufffd');
  });

  it('writes nothing when an argument makes no sense', async () => {
    const { id } = aDraft();
    const head = ['accept-directive', id, 'hash', 'local'] as const;
    await expect(stage.run(...head, 'soon', '{}', '', 0, 0, 0)).rejects.toThrow('arithmetic');
    await expect(stage.run(...head, 1_000, '{}', '{no plan', 0, 0, 0)).rejects.toThrow('invalid token');
    await expect(stage.run(...head, 1_000, '{}', '', 3, 0, 0, 'state')).rejects.toThrow('script');
    expect(await stage.keyspace()).toEqual({});
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const draft = aDraft();
    const plan = planOf([echo('a'), echo('b', ['a'])]);
    const keys = [...guardedKeys(stage, draft.id), stage.keys.index(0, 'local')];
    await expectNothingWritten(stage, keys, async () => stage.store.accept(draft, plan));
  });
});
