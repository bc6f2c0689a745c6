import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { shiftPlan } from '#libs/policy';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, outcome, planOf } from './orders.js';
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
  await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
  const [granted] = (await stage.start(id)).dispatched;
  await stage.settle(outcome(granted!));
});
afterAll(async () => bed.close());

const extension = shiftPlan(planOf([echo('b'), { id: 'c', action: 'test.other', dependsOn: ['b'] }]), 1, 'hash');

describe('extend-plan', () => {
  it('adds the tasks of a review and starts their roots', async () => {
    expect(await stage.store.extendPlan(id, extension, 1)).toBe(true);
    expect(await stage.record(id)).toMatchObject({
      state: 'RUNNING',
      total: '3',
      open: '2',
      review: '1',
      planHash: extension.hash,
    });
    expect((await stage.events(id)).at(-1)).toEqual({
      type: 'directive.extended',
      task: '',
      data: { tasks: 2, hash: extension.hash },
    });
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect(await stage.redis.smembers(stage.keys.queues(0))).toEqual(expect.arrayContaining(['test.other.0']));
    expect((await stage.start(id)).cascades).toBeGreaterThan(0);
    const { b } = await stage.cascade();
    const { c } = await stage.settle(outcome(b!));
    await stage.settle(outcome(c!));
    expect((await stage.story(id)).at(-1)).toBe('directive.review_requested');
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', review: 'asked', succeeded: '3', open: '0' });
  });

  it('changes nothing the second time, even when the review was asked for again', async () => {
    await stage.store.extendPlan(id, extension, 1);
    const before = await stage.keyspace();
    expect(await stage.store.extendPlan(id, extension, 1)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
    const { b } = await stage.cascade();
    const { c } = await stage.settle(outcome(b!));
    await stage.settle(outcome(c!));
    const after = await stage.keyspace();
    expect(await stage.store.extendPlan(id, extension, 1)).toBe(false);
    expect(await stage.keyspace()).toEqual(after);
  });

  it('changes nothing when no review was asked for, and after the end', async () => {
    const other = await stage.accept([echo('a')]);
    const gone = aDraft().id;
    await stage.store.cancel(id);
    const before = await stage.keyspace();
    for (const one of [other, id, gone]) expect(await stage.store.extendPlan(one, extension, 1)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('parks the new tasks of a paused directive', async () => {
    await stage.store.pause(id, 'tester');
    await stage.store.extendPlan(id, extension, 1);
    expect(await stage.cascade()).toEqual({});
    expect(await stage.parked(id)).toEqual(['1']);
    await stage.store.resume(id, 'tester');
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
  });

  it('adds 500 tasks at most, and starts 100 of their roots a call', async () => {
    const tasks = (count: number) => planOf(Array.from({ length: count }, (_, at) => echo(`t${at}`)));
    await expect(stage.store.extendPlan(id, shiftPlan(tasks(501), 1, 'hash'), 1)).rejects.toMatchObject({
      code: 'PLAN_TOO_LARGE',
    });
    await stage.store.extendPlan(id, shiftPlan(tasks(500), 1, 'hash'), 1);
    expect(await stage.members('cascade')).toHaveLength(5);
    await stage.attempts.advanceCascade(0);
    expect((await stage.inflight()).length + (await stage.ready()).length).toBe(100);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.store.extendPlan(id, extension, 1));
  });
});
