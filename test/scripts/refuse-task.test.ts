import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { childrenOf, expandRaw } from './fan-out.js';
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

const each: TaskSpec = { id: 'each', action: 'test.echo', forEach: { items: [], maxItems: 10 }, input: { $item: '' } };
const reason = ['FAN_OUT_NOT_A_LIST', 'no list \ud83d'] as const;

describe('refuse-task', () => {
  it('fails the fan-out with the reason and skips what needs it', async () => {
    const { id } = await stage.begin([each, echo('join', ['each']), echo('other')]);
    await stage.attempts.refuseTask(id, '0', ...reason);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'failed', code: reason[0], message: 'no list \ufffd' });
    expect((await stage.story(id)).slice(4)).toEqual(['task.failed each', 'task.skipped join']);
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', open: '1', broken: '1', errorCode: reason[0] });
    expect(await stage.members('expand')).toEqual([]);
  });

  it('starts a directive that had not, for QUEUED does not go to COMPLETED', async () => {
    const { id } = await stage.begin([{ ...each, optional: true }]);
    expect(await stage.record(id)).toMatchObject({ state: 'QUEUED' });
    await stage.attempts.refuseTask(id, '0', ...reason);
    expect((await stage.story(id)).slice(2)).toEqual(['directive.started', 'task.failed each', 'directive.completed']);
  });

  it('dispatches what waited for an optional fan-out', async () => {
    const { id } = await stage.begin([{ ...each, optional: true }, echo('end', ['each'])]);
    const { dispatched } = await stage.attempts.refuseTask(id, '0', ...reason);
    expect(dispatched.map(({ spec }) => spec.id)).toEqual(['end']);
  });

  it('says how much the cascade has to do only when it gave it more', async () => {
    const many = Array.from({ length: 80 }, (_, at) => echo(`t${at}`, ['each']));
    const { id } = await stage.begin([{ ...each, optional: true }, ...many]);
    expect(await stage.attempts.refuseTask(id, '0', ...reason)).toMatchObject({ cascades: 1 });
    const other = await stage.begin([each, echo('end')]);
    expect(await stage.attempts.refuseTask(other.id, '0', ...reason)).toMatchObject({ cascades: 0 });
    expect(await stage.members('cascade')).toHaveLength(1);
  });

  it('lets nothing start that was refused before its dependencies were done', async () => {
    const { id, granted } = await stage.begin([echo('a'), { ...each, dependsOn: ['a'] }, echo('other')]);
    await stage.attempts.refuseTask(id, '1', ...reason);
    await stage.settle(outcome(granted['a']!));
    expect(await stage.members('expand')).toEqual([]);
    expect(await stage.task(id, '1')).toMatchObject({ state: 'failed' });
  });

  it('refuses nothing that is final, in flight, expanded, cancelled or unknown', async () => {
    const { id, granted } = await stage.begin([echo('done'), echo('running'), each]);
    await stage.settle(outcome(granted['done']!));
    await expandRaw(stage, id, '2', 1, 0, childrenOf('each', 0, 1, 'item', 2));
    const cancelled = await stage.accept([each, ...Array.from({ length: 150 }, (_, at) => echo(`t${at}`))]);
    await stage.store.cancel(cancelled);
    const before = await stage.keyspace();
    for (const [directive, index] of [
      [id, '0'],
      [id, '1'],
      [id, '2'],
      [id, 'zz'],
      [cancelled, '0'],
      [aDraft().id, '0'],
    ]) {
      const followup = await stage.attempts.refuseTask(directive!, index!, ...reason);
      expect(followup).toMatchObject({ dispatched: [], expanding: [], cascades: 0, reviewing: [] });
    }
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([each, echo('join', ['each'])]);
    await expectNothingWritten(stage, guardedKeys(stage, id), async () =>
      stage.attempts.refuseTask(id, '0', ...reason),
    );
  });
});
