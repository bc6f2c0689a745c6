import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten } from './wrong-type.js';
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

describe('pause-directive', () => {
  it('stops the release: what runs, runs on, and what becomes ready is parked', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a'])]);
    expect(await stage.store.pause(id, 'tester')).toEqual({ state: 'PAUSED', more: false });
    expect((await stage.events(id)).slice(-2)).toEqual([
      { type: 'directive.paused', task: '', data: { actor: 'tester' } },
      {
        type: 'checkpoint.created',
        task: '',
        data: { number: 1, kind: 'automatic', reason: 'paused', by: 'tester' },
      },
    ]);
    expect(await stage.settle(outcome(granted['a']!))).toEqual({});
    expect(await stage.parked(id)).toEqual(['1']);
    expect(await stage.ready()).toEqual([]);
    expect(await stage.record(id)).toMatchObject({ state: 'PAUSED', open: '1' });
  });

  it('parks tasks in the order in which they became ready', async () => {
    const tasks = Array.from({ length: 40 }, (_, at) => echo(`t${at}`, ['a']));
    const { id, granted } = await stage.begin([echo('a'), ...tasks]);
    await stage.store.pause(id, 'tester');
    await stage.settle(outcome(granted['a']!));
    expect(await stage.parked(id)).toEqual(tasks.map((_, at) => (at + 1).toString(36)));
  });

  it('lets the last task end and the directive wait for its resume', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.store.pause(id, 'tester');
    await stage.settle(outcome(granted['a']!));
    expect(await stage.record(id)).toMatchObject({ state: 'PAUSED', open: '0' });
  });

  it('strikes the review off that could not act', async () => {
    const { id } = aDraft();
    await stage.store.accept(aDraft({ id, kind: 'workflow' }));
    await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
    const [granted] = (await stage.start(id)).dispatched;
    await stage.settle(outcome(granted!));
    expect(await stage.members('outbox')).toEqual([`review:${id}`]);
    await stage.store.pause(id, 'tester');
    expect(await stage.members('outbox')).toEqual([]);
  });

  it('changes nothing the second time', async () => {
    const { id } = await stage.begin([echo('a')]);
    await stage.store.pause(id, 'tester');
    const before = await stage.keyspace();
    expect(await stage.store.pause(id, 'another')).toEqual({ state: 'PAUSED', more: false });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('refuses a directive that is queued, closing, final or unknown', async () => {
    const queued = await stage.accept([echo('a')]);
    const closing = (await stage.begin(Array.from({ length: 150 }, (_, at) => echo(`t${at}`)))).id;
    await stage.store.cancel(closing);
    const final = (await stage.begin([echo('a')])).id;
    await stage.store.cancel(final);
    const before = await stage.keyspace();
    for (const id of [queued, closing, final]) {
      await expect(stage.store.pause(id, 'tester')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    }
    await expect(stage.store.pause(aDraft().id, 'tester')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([echo('a')]);
    const { keys } = stage;
    const spoilt = [keys.directive(id), keys.events(id), keys.shardEvents(0), keys.outbox(0), keys.checkpoints(id)];
    await expectNothingWritten(stage, spoilt, async () => stage.store.pause(id, 'tester'));
  });
});
