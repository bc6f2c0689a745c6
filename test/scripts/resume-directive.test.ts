import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, outcome, planOf } from './orders.js';
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

async function pausedWith(parked: number): Promise<string> {
  const tasks = [echo('a'), ...Array.from({ length: parked }, (_, at) => echo(`t${at}`, ['a']))];
  const { id, granted } = await stage.begin(tasks);
  await stage.store.pause(id, 'tester');
  await stage.settle(outcome(granted['a']!));
  await stage.cascade();
  return id;
}

describe('resume-directive', () => {
  it('brings the parked tasks back into the line through the cascade', async () => {
    const id = await pausedWith(2);
    expect(await stage.store.resume(id, 'tester')).toEqual({ state: 'RUNNING', more: false });
    expect((await stage.events(id)).at(-1)).toEqual({ type: 'directive.resumed', task: '', data: { actor: 'tester' } });
    expect(await stage.members('cascade')).toEqual([`${id}.parked.2.unpark`]);
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect(Object.keys(await stage.cascade())).toEqual(['t0', 't1']);
    expect(await stage.parked(id)).toEqual([]);
  });

  it('brings 5,000 back, 100 a call', async () => {
    const id = await pausedWith(5_000);
    await stage.store.resume(id, 'tester');
    const sizes: number[] = [];
    for (let left = 1, parked = 5_000; left > 0;) {
      left = (await stage.attempts.advanceCascade(0)).cascades;
      const now = (await stage.parked(id)).length;
      sizes.push(parked - now);
      parked = now;
    }
    expect(sizes).toEqual(Array.from({ length: 50 }, () => 100));
    expect((await stage.inflight()).length + (await stage.ready()).length).toBe(5_000);
  });

  it('loses nobody when it is paused again before the cascade came', async () => {
    const id = await pausedWith(150);
    await stage.store.resume(id, 'tester');
    await stage.attempts.advanceCascade(0);
    await stage.store.pause(id, 'tester');
    expect(await stage.cascade()).toEqual({});
    expect(await stage.parked(id)).toHaveLength(50);
    await stage.store.resume(id, 'tester');
    await stage.cascade();
    expect((await stage.inflight()).length + (await stage.ready()).length).toBe(150);
  });

  it('ends a directive whose last task ended while it was paused', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.store.pause(id, 'tester');
    await stage.settle(outcome(granted['a']!));
    await stage.store.resume(id, 'tester');
    await stage.cascade();
    expect((await stage.story(id)).slice(-2)).toEqual(['directive.resumed', 'directive.completed']);
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('has its execute message say that there is more to work off, so that nobody waits for a sweeper', async () => {
    const id = await pausedWith(2);
    await stage.store.resume(id, 'tester');
    expect((await stage.start(id)).cascades).toBeGreaterThan(0);
  });

  it('asks again for a review that the pause struck off', async () => {
    const { id } = aDraft();
    await stage.store.accept(aDraft({ id, kind: 'workflow' }));
    await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
    const [granted] = (await stage.start(id)).dispatched;
    await stage.settle(outcome(granted!));
    await stage.store.pause(id, 'tester');
    await stage.store.resume(id, 'tester');
    expect((await stage.attempts.advanceCascade(0)).reviewing).toEqual([id]);
    expect(await stage.members('outbox')).toContain(`review:${id}`);
    expect((await stage.story(id)).filter((type) => type === 'directive.review_requested')).toHaveLength(1);
    expect(await stage.store.close(id, 'COMPLETED')).toBe(true);
  });

  it('changes nothing the second time', async () => {
    const id = await pausedWith(2);
    await stage.store.resume(id, 'tester');
    const before = await stage.keyspace();
    expect(await stage.store.resume(id, 'another')).toEqual({ state: 'RUNNING', more: false });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('refuses a directive that is queued, closing, final or unknown', async () => {
    const closing = await pausedWith(150);
    await stage.store.cancel(closing);
    const final = await pausedWith(1);
    await stage.store.cancel(final);
    const queued = await stage.accept([echo('a')]);
    const before = await stage.keyspace();
    for (const id of [queued, closing, final]) {
      await expect(stage.store.resume(id, 'tester')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    }
    await expect(stage.store.resume(aDraft().id, 'tester')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await pausedWith(1);
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.store.resume(id, 'tester'));
  });
});
