import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { DirectiveStore, MendStore, parseCounts, type KeptWork } from '#libs/state';
import { foldEvents } from './model/fold.js';
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

/** A directive of which the tasks at these indexes have succeeded before. */
async function acceptKeeping(tasks: TaskSpec[], indexes: readonly number[]): Promise<string> {
  const draft = aDraft();
  const kept: KeptWork = {
    origin: { from: 'd0_BEFORE', checkpoint: 3, seq: 17 },
    tasks: indexes.map((index) => ({ index, sinceMs: 1_000 + index, output: `"of ${index}"` })),
    artifacts: [],
  };
  expect(await stage.store.accept(draft, planOf(tasks), kept)).toBe('created');
  return draft.id;
}

/** The counts that the story gives are those on record. */
async function expectFolded(id: string): Promise<void> {
  const { counts } = foldEvents(await stage.events(id));
  const { total, open, succeeded, failed, skipped, cancelled, expired } = parseCounts(
    await stage.redis.hget(stage.keys.directive(id), 'counts'),
  );
  expect(counts).toEqual({ total, open, succeeded, failed, skipped, cancelled, expired });
}

describe('a plan of which tasks have succeeded before', () => {
  it('has them as succeeded from the beginning, and tells it', async () => {
    const id = await acceptKeeping([echo('a'), echo('b', ['a']), echo('c', ['b'])], [0, 1]);
    expect(await stage.counters(id, 'total', 'open', 'succeeded', 'sinksSucceeded')).toEqual({
      total: 3,
      open: 1,
      succeeded: 2,
      sinksSucceeded: 0,
    });
    expect(await stage.task(id, '0')).toEqual({ state: 'succeeded', since: 1_000 });
    expect(await stage.redis.hget(stage.keys.tasks(id), '1:output')).toBe('"of 1"');
    expect((await stage.events(id)).slice(1)).toMatchObject([
      { type: 'directive.planned', data: { tasks: 3 } },
      { type: 'directive.kept', data: { from: 'd0_BEFORE', checkpoint: 3, seq: 17, tasks: ['a', 'b'] } },
    ]);
    await expectFolded(id);
  });

  it('starts with what waits for nothing else, and never grants them', async () => {
    const id = await acceptKeeping([echo('a'), echo('b', ['a']), echo('c', ['a']), echo('d', ['b', 'c'])], [0, 1]);
    const [c, ...others] = (await stage.start(id)).dispatched;
    expect([c!.spec.id, others]).toEqual(['c', []]);
    const { d } = await stage.settle(outcome(c!));
    await stage.settle(outcome(d!));
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', succeeded: '4', open: '0' });
    expect((await stage.story(id)).filter((step) => step.startsWith('task.queued'))).toEqual([
      'task.queued c',
      'task.queued d',
    ]);
    await expectFolded(id);
  });

  it('has nothing that is lost as long as its start is filed', async () => {
    const id = await acceptKeeping([echo('a'), echo('b', ['a'])], [0]);
    const mending = new MendStore(stage.redis, stage.scripts, stage.keys);
    expect(await mending.mend(id, 0, 0)).toEqual({ mended: [], next: null });
  });

  it('does not run a kept task when what it once waited for runs again', async () => {
    // "b" went on without "a", which was optional and failed.
    const tasks = [{ ...echo('a'), optional: true }, echo('b', ['a']), echo('c', ['a', 'b'])];
    const id = await acceptKeeping(tasks, [1]);
    const [a] = (await stage.start(id)).dispatched;
    const granted = await stage.settle(outcome(a!));
    expect(Object.keys(granted)).toEqual(['c']);
    await stage.settle(outcome(granted['c']!));
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', succeeded: '3' });
    await expectFolded(id);
  });

  it('counts a kept sink for the end of the directive', async () => {
    const id = await acceptKeeping([echo('a'), { ...echo('b'), maxRetries: 0 }], [0]);
    const [b] = (await stage.start(id)).dispatched;
    await stage.settle({
      attempt: b!,
      verdict: 'failed',
      detail: { started: true, code: 'BAD', message: 'bad', class: 'permanent', reason: 'bad' },
      outputText: '',
    });
    expect(await stage.record(id)).toMatchObject({ state: 'PARTIALLY_COMPLETED', succeeded: '1', failed: '1' });
    await expectFolded(id);
  });

  it('leaves them as they are when the rest is cancelled', async () => {
    const id = await acceptKeeping([echo('a'), echo('b', ['a']), echo('c', ['b'])], [0]);
    await stage.start(id);
    await stage.store.cancel(id);
    expect(await stage.record(id)).toMatchObject({ state: 'CANCELLED', succeeded: '1', cancelled: '2', open: '0' });
    await expectFolded(id);
  });

  it('is mended as any other when what would start it is lost', async () => {
    const id = await acceptKeeping([echo('a'), echo('b', ['a']), echo('c', ['b'])], [0]);
    await stage.redis.del(stage.keys.cascade(0));
    expect(await stage.run('mend-directive', id, 0, 0, 50)).toEqual(['ok', '', 'task 1']);
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
  });

  it('goes in chunks when it is large, and names all of them', async () => {
    const tasks = [echo('root'), ...Array.from({ length: 1_200 }, (_, at) => echo(`t${at}`, ['root']))];
    const kept = Array.from({ length: 1_100 }, (_, at) => at);
    const id = await acceptKeeping(tasks, kept);
    const events = (await stage.events(id)).filter(({ type }) => type === 'directive.kept');
    expect(events.map(({ data }) => (data['tasks'] as string[]).length)).toEqual([500, 500, 100]);
    await expectFolded(id);
    const { dispatched } = await stage.start(id);
    const later = Object.values(await stage.cascade());
    const ids = [...dispatched, ...later].map(({ spec }) => spec.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((task) => Number(task.slice(1)) >= 1_099)).toBe(true);
  });

  it('is accepted once, however often it comes', async () => {
    const draft = aDraft();
    const work: KeptWork = {
      origin: { from: 'd0_BEFORE', checkpoint: 1, seq: 5 },
      tasks: [{ index: 0, sinceMs: 1, output: null }],
      artifacts: [['a'.repeat(64), '{"name":"x","bytes":1,"task":"a"}']],
    };
    const plan = planOf([echo('a'), echo('b', ['a'])]);
    expect(await stage.store.accept(draft, plan, work)).toBe('created');
    const before = await stage.keyspace();
    expect(await new DirectiveStore(stage.scripts, stage.keys).accept(draft, plan, work)).toBe('exists');
    expect(await stage.keyspace()).toEqual(before);
    expect(await stage.redis.hkeys(stage.keys.artifacts(draft.id))).toEqual(['a'.repeat(64)]);
  });
});
