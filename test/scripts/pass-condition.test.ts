import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { echo, outcome } from './orders.js';
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

const when = (id: string, dependsOn: string[] = []): TaskSpec => ({ ...echo(id, dependsOn), when: '1 < 2' });

describe('pass-condition', () => {
  it('is asked for once all the task depends on is final', async () => {
    const { id, granted } = await stage.begin([echo('a'), when('b', ['a'])]);
    const { results, followups } = await stage.attempts.settle([outcome(granted['a']!)]);
    expect(results).toEqual([{ result: 'ok' }]);
    expect(followups[0]!.expanding).toEqual([{ directiveId: id, index: '1' }]);
    expect(await stage.members('expand')).toEqual([`${id}.1`]);
  });

  it('lets the task go when the condition holds', async () => {
    const { id, granted } = await stage.begin([when('a')]);
    expect(granted).toEqual({});
    const { dispatched } = await stage.attempts.passCondition(id, '0', true);
    expect(dispatched).toMatchObject([{ directiveId: id, taskIndex: 0, attempt: 1 }]);
    expect(await stage.members('expand')).toEqual([]);
    await stage.settle(outcome(dispatched[0]!));
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED' });
  });

  it('skips the task and what depends on it when it does not', async () => {
    const { id } = await stage.begin([when('a'), echo('b', ['a']), echo('c', ['b'])]);
    await stage.attempts.passCondition(id, '0', false);
    await stage.cascade();
    expect((await stage.story(id)).slice(2)).toEqual([
      'directive.started',
      'task.skipped a',
      'task.skipped b',
      'task.skipped c',
      'directive.completed',
    ]);
  });

  it('frees what depends on an optional task', async () => {
    const { id } = await stage.begin([{ ...when('a'), optional: true }, echo('b', ['a'])]);
    const { dispatched } = await stage.attempts.passCondition(id, '0', false);
    expect(dispatched.map(({ spec }) => spec.id)).toEqual(['b']);
  });

  it('is stale the second time, and after a cancel', async () => {
    const { id } = await stage.begin([when('a'), echo('b')]);
    await stage.attempts.passCondition(id, '0', true);
    const before = await stage.keyspace();
    expect((await stage.attempts.passCondition(id, '0', false)).dispatched).toEqual([]);
    expect(await stage.keyspace()).toEqual(before);
    const { id: other } = await stage.begin([when('a')]);
    await stage.store.cancel(other);
    expect((await stage.attempts.passCondition(other, '0', true)).dispatched).toEqual([]);
    expect(await stage.record(other)).toMatchObject({ state: 'CANCELLED' });
  });

  it('is not asked for again by a retry', async () => {
    const { id } = await stage.begin([when('a')]);
    const { dispatched } = await stage.attempts.passCondition(id, '0', true);
    const detail = { started: true, code: 'BROKE', message: 'no', class: 'transient', retryAtMs: 1 };
    await stage.settle({ ...outcome(dispatched[0]!), verdict: 'retry', detail });
    const timers = await stage.attempts.fireTimers(0, 10);
    expect(timers.dispatched).toMatchObject([{ attempt: 2 }]);
    expect(timers.expanding).toEqual([]);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([when('a')]);
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.attempts.passCondition(id, '0', true));
  });
});
