import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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
});
afterAll(async () => bed.close());

async function toReview(): Promise<void> {
  await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
  const [granted] = (await stage.start(id)).dispatched;
  await stage.settle(outcome(granted!));
}

const error = { code: 'NO_PLAN', message: 'there is none' };

describe('close-directive', () => {
  it('fails a directive for which there is no plan', async () => {
    expect(await stage.store.close(id, 'FAILED', error)).toBe(true);
    expect(await stage.record(id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'NO_PLAN',
      errorMessage: 'there is none',
    });
    expect((await stage.events(id)).at(-1)).toMatchObject({ type: 'directive.failed', data: { code: 'NO_PLAN' } });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('completes a directive that the review accepted, and keeps what the review said', async () => {
    await toReview();
    expect((await stage.story(id)).at(-1)).toBe('directive.review_requested');
    const evaluation = { verdict: 'accept', findings: [], notes: { none: [] }, half: '\ud83d' };
    expect(await stage.store.close(id, 'COMPLETED', undefined, evaluation)).toBe(true);
    const [told, ended] = (await stage.events(id)).slice(-2);
    expect(told).toEqual({ type: 'evaluation.complete', task: '', data: { ...evaluation, half: '\ufffd' } });
    expect(ended).toMatchObject({ type: 'directive.completed' });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('fails a directive that the review rejected', async () => {
    await toReview();
    await stage.store.close(id, 'FAILED', error, { verdict: 'reject' });
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', errorCode: 'NO_PLAN' });
  });

  it('changes nothing while tasks are open, while it is paused, and after the end', async () => {
    await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
    const before = await stage.keyspace();
    expect(await stage.store.close(id, 'FAILED', error)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
    const [granted] = (await stage.start(id)).dispatched;
    await stage.settle(outcome(granted!));
    await stage.store.pause(id, 'tester');
    expect(await stage.store.close(id, 'COMPLETED')).toBe(false);
    await stage.store.resume(id, 'tester');
    await stage.store.close(id, 'COMPLETED');
    const after = await stage.keyspace();
    expect(await stage.store.close(id, 'FAILED', error)).toBe(false);
    expect(await stage.run('close-directive', aDraft().id, 'FAILED', '', '', '')).toEqual(['unknown']);
    expect(await stage.keyspace()).toEqual(after);
  });

  it('refuses an end that the lifecycle does not know', async () => {
    const before = await stage.keyspace();
    await expect(stage.store.close(id, 'COMPLETED')).rejects.toThrow('cannot be closed as COMPLETED');
    await expect(stage.run('close-directive', id, 'DONE', '', '', '')).rejects.toThrow('cannot be closed as DONE');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    await toReview();
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.store.close(id, 'COMPLETED'));
  });
});
