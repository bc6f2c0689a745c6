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
    const { dispatched, cascades } = await stage.start(id);
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
    const [dispatch] = (await stage.start(id)).dispatched;
    expect(dispatch).toMatchObject({ directiveId: id, taskIndex: 0, attempt: 1, queue: 'test.echo.0', ttlMs: 5_000 });
    expect(dispatch).toMatchObject({ tenant: 'acme', spec: { id: 'a', input: { text: 'x' }, actionVersion: '1' } });
    expect(dispatch!.spec).toMatchObject({ references: {}, dynamic: false, dependsOn: [], models: [] });
    const task = await stage.task(id, '0');
    expect(Number(task!['deadline']) - Number(task!['since'])).toBe(5_000);
  });

  it('answers large inputs too, though the script leaves them out', async () => {
    const input = 'x'.repeat(300_000);
    const wide = bed.stage();
    const id = await wide.accept(Array.from({ length: 4 }, (_, at) => echo(`t${at}`, [], { input: `${at}${input}` })));
    const { dispatched } = await wide.start(id);
    expect(dispatched.map(({ spec }) => (spec.input as string).length)).toEqual([300_001, 300_001, 300_001, 300_001]);
    expect(dispatched.map(({ spec }) => (spec.input as string)[0])).toEqual(['0', '1', '2', '3']);
  });

  it('finds nothing to do the second time', async () => {
    const { id } = await stage.begin([echo('a')]);
    const before = await stage.keyspace();
    expect(await stage.start(id)).toMatchObject({ dispatched: [], expanding: [], cascades: 0 });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('finds nothing to do for a directive it does not know', async () => {
    expect(await stage.start(aDraft().id)).toMatchObject({ dispatched: [], cascades: 0 });
    expect(await stage.keyspace()).toEqual({});
  });

  it('releases nothing after a cancel or after the TTL', async () => {
    const cancelled = await stage.accept([echo('a')]);
    await stage.store.cancel(cancelled);
    const late = await stage.accept([echo('a')]);
    await stage.letTtlPass(late);
    expect((await stage.start(cancelled)).dispatched).toEqual([]);
    expect((await stage.start(late)).dispatched).toEqual([]);
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
    const { dispatched, cascades } = await wide.start(id);
    expect([dispatched.length, cascades > 0]).toEqual([100, true]);
    expect(await wide.members('cascade')).toHaveLength(10);
  });

  it('starts several in one call, each as if it were alone, with one entry in the shard', async () => {
    const wide = bed.stage(10);
    const [first, second] = [
      await wide.accept([echo('a'), echo('b')]),
      await wide.accept([echo('a', [], { input: 2 })]),
    ];
    const before = (await wide.pointers()).length;
    const { followups, failures } = await wide.attempts.startDirectives([first, aDraft().id, second]);
    expect(failures).toEqual([]);
    expect(followups).toHaveLength(1);
    const granted = followups[0]!.dispatched.map(({ directiveId, spec }) => [directiveId, spec.id]);
    expect(granted).toEqual([
      [first, 'a'],
      [first, 'b'],
      [second, 'a'],
    ]);
    expect(new Set(followups[0]!.dispatched.map(({ nonce }) => nonce)).size).toBe(3);
    expect((await wide.story(first)).slice(2)).toEqual(['directive.started', 'task.queued a', 'task.queued b']);
    expect((await wide.story(second)).slice(2)).toEqual(['directive.started', 'task.queued a']);
    expect((await wide.pointers()).length).toBe(before + 1);
    expect([await wide.members('cascade'), await wide.members('outbox')]).toEqual([[], []]);
  });

  it('starts one once that is twice in a call', async () => {
    const id = await stage.accept([echo('a')]);
    const { followups } = await stage.attempts.startDirectives([id, id]);
    expect(followups.flatMap(({ dispatched }) => dispatched)).toHaveLength(1);
    expect((await stage.story(id)).slice(2)).toEqual(['directive.started', 'task.queued a']);
    expect(await stage.inflight()).toHaveLength(1);
  });

  it('writes nothing of any in a call when a key of one directive is of a wrong type', async () => {
    const [good, bad] = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    await expectNothingWritten(stage, guardedKeys(stage, bad), async () =>
      stage.run('start-directive', 100, 'nonce-base', good, bad),
    );
  });

  it('starts the others when one directive of a call cannot be started', async () => {
    const wide = bed.stage(100);
    const ids: string[] = [];
    for (let at = 0; at < 11; at += 1) ids.push(await wide.accept([echo('a')]));
    await wide.redis.set(wide.keys.events(ids[0]!), 'no story');
    const { followups, failures } = await wide.attempts.startDirectives(ids);
    expect(failures).toHaveLength(1);
    expect(followups.flatMap(({ dispatched }) => dispatched.map(({ directiveId }) => directiveId))).toEqual(
      ids.slice(1),
    );
  });

  it('starts as many as keep the call short, and the others in further calls', async () => {
    const wide = bed.stage(1_000);
    const roots = Array.from({ length: 60 }, (_, at) => echo(`t${at}`));
    const ids: string[] = [];
    for (let at = 0; at < 3; at += 1) ids.push(await wide.accept(roots));
    const reply = await wide.run('start-directive', 1_000, 'nonce-base', ...ids);
    const [left, [dispatched]] = reply as [string[], [unknown[]]];
    expect([dispatched.length, left]).toEqual([60, ids.slice(1)]);
    expect(await wide.members('outbox')).toEqual(ids.slice(1).map((id) => `execute:${id}`));
    const { followups } = await wide.attempts.startDirectives(ids.slice(1));
    expect(followups.flatMap((followup) => followup.dispatched)).toHaveLength(120);
    expect(await wide.members('outbox')).toEqual([]);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const id = await stage.accept([echo('a')]);
    const keys = guardedKeys(stage, id);
    await expectNothingWritten(stage, keys, async () => stage.start(id));
  });

  it('writes nothing without a window or a nonce', async () => {
    const id = await stage.accept([echo('a')]);
    const before = await stage.keyspace();
    await expect(stage.run('start-directive', 'wide', 'nonce', id)).rejects.toThrow('a window and a nonce are needed');
    await expect(stage.run('start-directive', 1, '', id)).rejects.toThrow('a window and a nonce are needed');
    expect(await stage.keyspace()).toEqual(before);
  });
});
