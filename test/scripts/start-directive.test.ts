import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, jobIdOf } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage(2);
});
afterAll(async () => bed.close());

describe('start-directive', () => {
  it('grants the tasks without dependencies up to the window and files the others as ready', async () => {
    const id = await stage.accept([echo('a'), echo('b'), echo('c'), echo('d', ['a'])]);
    const { dispatched, cascades } = await stage.attempts.startDirective(id);
    expect(dispatched.map(({ spec }) => spec.id)).toEqual(['a', 'b']);
    expect(cascades).toBe(0);
    expect(await stage.story(id)).toEqual([
      'directive.accepted',
      'directive.planned',
      'directive.started',
      'task.queued a',
      'task.queued b',
    ]);
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', open: '4', total: '4' });
    expect(await stage.inflight()).toEqual(dispatched.map(jobIdOf).toSorted());
    expect(await stage.ready()).toEqual([`${id}.2`]);
    expect(await stage.members('outbox')).toEqual([]);
  });

  it('answers all a worker needs', async () => {
    const id = await stage.accept([echo('a', [], { ttlMs: 5_000, input: { text: 'x' } })], { tenant: 'acme' });
    const [dispatch] = (await stage.attempts.startDirective(id)).dispatched;
    expect(dispatch).toMatchObject({ directiveId: id, taskIndex: 0, attempt: 1, queue: 'test.echo.0', ttlMs: 5_000 });
    expect(dispatch).toMatchObject({ tenant: 'acme', spec: { id: 'a', input: { text: 'x' }, actionVersion: '1' } });
    const task = await stage.task(id, '0');
    expect(Number(task!['deadline']) - Number(task!['since'])).toBe(5_000);
  });

  it('answers large inputs too, though the script leaves them out', async () => {
    const input = 'x'.repeat(300_000);
    const wide = bed.stage();
    const id = await wide.accept(Array.from({ length: 4 }, (_, at) => echo(`t${at}`, [], { input: `${at}${input}` })));
    const { dispatched } = await wide.attempts.startDirective(id);
    expect(dispatched.map(({ spec }) => (spec.input as string).length)).toEqual([300_001, 300_001, 300_001, 300_001]);
    expect(dispatched.map(({ spec }) => (spec.input as string)[0])).toEqual(['0', '1', '2', '3']);
  });

  it('finds nothing to do the second time', async () => {
    const { id } = await stage.begin([echo('a')]);
    const before = await stage.keyspace();
    expect(await stage.attempts.startDirective(id)).toMatchObject({ dispatched: [], expanding: [], cascades: 0 });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('finds nothing to do for a directive it does not know', async () => {
    expect(await stage.attempts.startDirective(aDraft().id)).toMatchObject({ dispatched: [], cascades: 0 });
    expect(await stage.keyspace()).toEqual({});
  });

  it('releases nothing after a cancel or after the TTL', async () => {
    const cancelled = await stage.accept([echo('a')]);
    await stage.store.cancel(cancelled);
    const late = await stage.accept([echo('a')]);
    await stage.letTtlPass(late);
    expect((await stage.attempts.startDirective(cancelled)).dispatched).toEqual([]);
    expect((await stage.attempts.startDirective(late)).dispatched).toEqual([]);
    expect(await stage.inflight()).toEqual([]);
  });

  it('starts a directive whose first task is held: the directive runs, the task waits', async () => {
    const { id } = await stage.begin([{ id: 'a', action: 'test.risky', dependsOn: [] }]);
    expect((await stage.story(id)).slice(2)).toEqual(['directive.started', 'task.held a']);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'held', waiting: ['approval', 'a'] });
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING' });
  });

  it('touches 100 tasks a call and leaves the other chunks to the cascade', async () => {
    const wide = bed.stage(10_000);
    const id = await wide.accept(Array.from({ length: 1_050 }, (_, at) => echo(`t${at}`)));
    const { dispatched, cascades } = await wide.attempts.startDirective(id);
    expect([dispatched.length, cascades]).toEqual([100, 10]);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await stage.accept([echo('a')]);
    const keys = guardedKeys(stage, id);
    await expectNothingWritten(stage, keys, async () => stage.attempts.startDirective(id));
  });

  it('writes nothing without a window or a nonce', async () => {
    const id = await stage.accept([echo('a')]);
    const before = await stage.keyspace();
    await expect(stage.run('start-directive', id, 'wide', 'nonce')).rejects.toThrow('a window and a nonce are needed');
    await expect(stage.run('start-directive', id, 1, '')).rejects.toThrow('a window and a nonce are needed');
    expect(await stage.keyspace()).toEqual(before);
  });
});
