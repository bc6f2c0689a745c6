import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, planOf } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
let id: string;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(async () => {
  stage = bed.stage();
  id = aDraft().id;
  await stage.store.accept(aDraft({ id, kind: 'workflow' }));
});
afterAll(async () => bed.close());

const decided = { workflow: 'docs.index', input: { dir: 'docs' }, needsReview: true };
const staged = {
  total: 1,
  edges: 0,
  hash: 'h',
  rootChunks: 1,
  queues: ['test.echo.0'],
  planFields: 3,
  pendingFields: 0,
};
const fields = ['0', '{"id":"a"}', '0:spec', '{}', 'root:edges:0', '["0"]'] as const;

async function stageOne(hash = 'h', marker = 'a'): Promise<void> {
  await stage.run('stage-plan', id, hash, 6, 0, '0', `{"id":"${marker}"}`, ...fields.slice(2));
}

async function commit(plan: object = staged): Promise<unknown> {
  return stage.run('commit-plan', id, JSON.stringify(plan), '1', '{"workflow":"w"}', 'w');
}

describe('commit-plan', () => {
  it('makes the staged plan the plan of the directive, with what was decided', async () => {
    expect(await stage.store.commitPlan(id, planOf([echo('a'), echo('b', ['a'])]), decided)).toBe(true);
    expect(await stage.record(id)).toMatchObject({ state: 'QUEUED', total: '2', open: '2', review: '1', seq: '2' });
    expect(JSON.parse((await stage.record(id))['decided']!)).toEqual({
      workflow: 'docs.index',
      input: { dir: 'docs' },
    });
    expect(await stage.story(id)).toEqual(['directive.accepted', 'directive.planned']);
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect(await stage.redis.ttl(stage.keys.plan(id))).toBe(-1);
  });

  it('changes nothing the second time', async () => {
    await stageOne();
    expect(await commit()).toEqual(['ok']);
    const before = await stage.keyspace();
    expect(await commit()).toEqual(['late', 'QUEUED']);
    expect(await stage.store.commitPlan(id, planOf([echo('other')]), decided)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('takes the one plan whole when two were staged at the same time', async () => {
    await stageOne('first', 'of the first');
    await stageOne('second', 'of the second');
    await stage.run('stage-plan', id, 'second', 2, 2, '1', '{}', '0:pending', '7');
    expect(await commit({ ...staged, hash: 'first' })).toEqual(['ok']);
    expect(await stage.redis.hgetall(stage.keys.plan(id))).toMatchObject({ '0': '{"id":"of the first"}' });
    expect(await stage.redis.exists(stage.keys.tasks(id))).toBe(0);
  });

  it.each([
    ['its hour is over', 0, staged],
    ['a chunk is missing', 4, staged],
    ['its counts of dependencies are gone', 6, { ...staged, pendingFields: 1 }],
  ])('stays PENDING when %s', async (_, count, plan) => {
    if (count > 0) await stage.run('stage-plan', id, 'h', count, 0, ...fields.slice(0, count));
    const before = await stage.keyspace();
    expect(await commit(plan)).toEqual(['unstaged']);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('changes nothing for a cancelled or an unknown directive', async () => {
    await stageOne();
    await stage.store.cancel(id);
    const before = await stage.keyspace();
    expect(await commit()).toEqual(['late', 'CANCELLED']);
    expect(await stage.run('commit-plan', aDraft().id, '{}', '', '{}', '')).toEqual(['unknown']);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes as much for 10,000 tasks as for one, but for a line for each 100 roots', async () => {
    await stage.store.commitPlan(id, planOf(Array.from({ length: 10_000 }, (_, at) => echo(`t${at}`))), decided);
    expect(await stage.record(id)).toMatchObject({ state: 'QUEUED', total: '10000', open: '10000' });
    expect(await stage.story(id)).toHaveLength(2);
    expect(await stage.members('cascade')).toHaveLength(100);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    await stageOne();
    const keys = [...guardedKeys(stage, id), `${stage.keys.plan(id)}:h`, `${stage.keys.tasks(id)}:h`];
    await expectNothingWritten(stage, keys, commit);
  });
});
