import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { encodeTask } from '#libs/state';
import { childrenOf, expandAll, expandRaw } from './fan-out.js';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, failure, outcome, planOf } from './orders.js';
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

const each: TaskSpec = {
  id: 'each',
  action: 'test.echo',
  forEach: { items: [], maxItems: 5_000 },
  input: { $item: '' },
};
const join = echo('join', ['each']);

async function beginFanOut(tasks = [each, join]): Promise<string> {
  return (await stage.begin(tasks)).id;
}

describe('expand-task', () => {
  it('takes indexes for all children, writes them and dispatches them', async () => {
    const id = await beginFanOut();
    expect(await stage.members('expand')).toEqual([`${id}.0`]);
    expect(await expandAll(stage, id, '0', 2)).toEqual(['each[0]', 'each[1]']);
    expect(await stage.counters(id, 'total', 'open')).toEqual({ total: 4, open: 4 });
    expect(await stage.task(id, '0')).toMatchObject({
      state: 'waiting',
      first: 2,
      count: 2,
      staged: 2,
      childrenOpen: 2,
    });
    expect(await stage.members('expand')).toEqual([]);
    expect((await stage.events(id)).slice(2)).toMatchObject([
      { type: 'directive.started' },
      { type: 'task.expanded', task: 'each', data: { items: 2 } },
      { type: 'task.queued', task: 'each[0]' },
      { type: 'task.queued', task: 'each[1]' },
    ]);
  });

  it('joins when the last child is done, and frees what waits for the fan-out', async () => {
    const id = await beginFanOut();
    const { followup } = await expandRaw(stage, id, '0', 2, 0, childrenOf('each', 0, 2));
    const [first, second] = followup!.dispatched;
    await stage.settle(outcome(second!));
    expect(Object.keys(await stage.settle(outcome(first!)))).toEqual(['join']);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'succeeded', childrenOpen: 0 });
  });

  it('fails when a child fails, after the others are done', async () => {
    const id = await beginFanOut();
    const { followup } = await expandRaw(stage, id, '0', 2, 0, childrenOf('each', 0, 2));
    await stage.settle(failure(followup!.dispatched[0]!));
    expect(await stage.task(id, '0')).toMatchObject({ state: 'waiting' });
    await stage.settle(outcome(followup!.dispatched[1]!));
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'CHILD_FAILED',
      failed: '2',
      broken: '1',
      skipped: '1',
    });
  });

  it('is done at once over an empty list', async () => {
    const id = await beginFanOut([each]);
    expect(await stage.attempts.expandTask(id, '0', 0, 0, [])).toMatchObject({ result: 'ok', staged: 0 });
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', succeeded: '1', total: '1' });
    expect(await stage.attempts.expandTask(id, '0', 0, 0, [])).toEqual({ result: 'stale' });
  });

  it('goes on where it was left, whoever goes on', async () => {
    const id = await beginFanOut();
    await expandRaw(stage, id, '0', 3, 0, childrenOf('each', 0, 2));
    const before = await stage.keyspace();
    expect(await expandRaw(stage, id, '0', 3, 0, childrenOf('each', 0, 2))).toMatchObject({ result: 'ok', staged: 2 });
    expect(await expandRaw(stage, id, '0', 3, 3, [])).toMatchObject({ result: 'ok', staged: 2 });
    expect(await stage.keyspace()).toEqual(before);
    expect(await stage.members('expand')).toEqual([`${id}.0`]);
    expect(await expandRaw(stage, id, '0', 3, 2, childrenOf('each', 2, 1))).toMatchObject({ result: 'ok', staged: 3 });
    const after = await stage.keyspace();
    expect(await expandRaw(stage, id, '0', 3, 3, [])).toMatchObject({ result: 'ok', staged: 3 });
    expect(await stage.keyspace()).toEqual(after);
    expect((await stage.story(id)).filter((line) => line.startsWith('task.expanded'))).toEqual(['task.expanded each']);
  });

  it('refuses children beyond the count, another count, and half a child: they would lie on others', async () => {
    const id = await beginFanOut();
    await expandRaw(stage, id, '0', 3, 0, childrenOf('each', 0, 1));
    const before = await stage.keyspace();
    await expect(expandRaw(stage, id, '0', 3, 1, childrenOf('each', 1, 3))).rejects.toThrow(
      'not those of the first call',
    );
    await expect(expandRaw(stage, id, '0', 2, 1, childrenOf('each', 1, 1))).rejects.toThrow(
      'not those of the first call',
    );
    const half = ['expand-task', id, '0', 3, 1, 10_000, 100, 'nonce-base', '{}'] as const;
    await expect(stage.run(...half)).rejects.toThrow('not those of the first call');
    await expect(stage.run(...half, '{}', 'no json', '{}')).rejects.toThrow('invalid token');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('says when the plan would be too large, and writes nothing', async () => {
    const id = await beginFanOut();
    const before = await stage.keyspace();
    expect(await stage.attempts.expandTask(id, '0', 9_999, 0, [])).toEqual({ result: 'too-large', total: 2 });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('does not expand what is not ready, not there, final or cancelled', async () => {
    const id = await beginFanOut([echo('a'), { ...each, dependsOn: ['a'] }]);
    const before = await stage.keyspace();
    for (const [directive, index] of [
      [id, '1'],
      [id, '0'],
      [id, 'zz'],
      [aDraft().id, '0'],
    ] as const) {
      expect(await expandRaw(stage, directive, index, 1, 0, childrenOf('each', 0, 1))).toEqual({ result: 'stale' });
    }
    expect(await stage.keyspace()).toEqual(before);
    const cancelled = await beginFanOut();
    await stage.store.cancel(cancelled);
    expect(await expandRaw(stage, cancelled, '0', 1, 0, childrenOf('each', 0, 1))).toEqual({ result: 'stale' });
    expect(await stage.leftovers(cancelled)).toEqual({});
  });

  it('parks the children while the directive is paused', async () => {
    const id = await beginFanOut();
    await expandRaw(stage, id, '0', 3, 0, childrenOf('each', 0, 1));
    await stage.store.pause(id, 'tester');
    const { followup } = await expandRaw(stage, id, '0', 3, 1, childrenOf('each', 1, 2));
    expect(followup!.dispatched).toEqual([]);
    expect(await stage.parked(id)).toEqual(['3', '4']);
    await stage.store.resume(id, 'tester');
    expect(Object.keys(await stage.cascade())).toEqual(['each[1]', 'each[2]']);
  });

  it('cancels children that were counted and not yet written, under names no task can have', async () => {
    const id = await beginFanOut();
    await expandRaw(stage, id, '0', 3, 0, childrenOf('each', 0, 1));
    await stage.store.cancel(id);
    expect(await stage.record(id)).toMatchObject({ state: 'CANCELLED', open: '0', cancelled: '5', total: '5' });
    expect((await stage.story(id)).slice(-4)).toEqual([
      'task.cancelled each[0]',
      'task.cancelled #3',
      'task.cancelled #4',
      'directive.cancelled',
    ]);
  });

  it('writes 5,000 children 100 a call', async () => {
    const id = await beginFanOut([each]);
    const children = childrenOf('each', 0, 5_000);
    const steps: number[] = [];
    for (let from = 0; from < 5_000;) {
      const { staged } = await expandRaw(stage, id, '0', 5_000, from, children.slice(from));
      steps.push(staged! - from);
      from = staged!;
    }
    expect(steps).toEqual(Array.from({ length: 50 }, () => 100));
    expect(await stage.counters(id, 'total', 'open')).toEqual({ total: 5_001, open: 5_001 });
    expect((await stage.inflight()).length + (await stage.ready()).length).toBe(5_000);
  });

  it('writes fewer children a call when they are large', async () => {
    const id = await beginFanOut([each]);
    const children = childrenOf('each', 0, 4, 'x'.repeat(200_000));
    expect(await expandRaw(stage, id, '0', 4, 0, children)).toMatchObject({ result: 'ok', staged: 1 });
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await beginFanOut();
    await stage.redis.hset(stage.keys.directive(id), 'untouched', 1);
    await expectNothingWritten(stage, guardedKeys(stage, id), async () =>
      expandRaw(stage, id, '0', 2, 0, childrenOf('each', 0, 2)),
    );
  });
});

describe('children whose effect may come twice', () => {
  const risk = { score: 50, factors: [], reasons: ['nobody knows'], ungranted: true };

  it.each([
    ['held, whatever else of this action was granted', {}, []],
    ['let go by a grant that was the answer to such a question', { doubtful: true }, ['each[0]']],
  ])('are %s', async (_name, kind, going) => {
    const id = await beginFanOut();
    const grant = JSON.stringify({ maxScore: 100, by: 'ann', ...kind });
    await stage.redis.hset(stage.keys.tasks(id), 'grant:test.echo.0', grant);
    const [template] = planOf([{ id: 'each[0]', action: 'test.echo', input: 'item' }]).tasks;
    const { control, spec } = encodeTask({ ...template!, parent: 0, item: 0, risk }, 0, String);
    const { followup } = await expandRaw(stage, id, '0', 1, 0, [[control, spec]]);
    expect(followup!.dispatched.map(({ spec: { id: child } }) => child)).toEqual(going);
  });
});
