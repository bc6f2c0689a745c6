import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten } from './wrong-type.js';
import { aDraft, echo, jobIdOf, outcome, queue } from './orders.js';
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

describe('start-attempt', () => {
  it('records that a worker has the job, and until when', async () => {
    const { id, granted } = await stage.begin([echo('a', [], { timeoutMs: 1_000 })]);
    expect(await stage.attempts.startAttempts([granted['a']!])).toEqual({ stale: 0, failures: [] });
    const task = (await stage.task(id, '0'))!;
    expect(task).toMatchObject({ state: 'running', attempt: 1, nonce: granted['a']!.nonce });
    expect(Number(task['deadline']) - Number(task['since'])).toBe(6_000);
    expect(await stage.redis.zscore(stage.keys.inflight(0, queue), jobIdOf(granted['a']!))).toBe(
      `${Number(task['deadline'])}`,
    );
    expect((await stage.events(id)).at(-1)).toEqual({ type: 'task.started', task: 'a', data: { attempt: 1 } });
  });

  it('does not prolong an assignment beyond its ttl', async () => {
    const { id, granted } = await stage.begin([echo('a', [], { timeoutMs: 60_000, ttlMs: 500 })]);
    const { deadline } = (await stage.task(id, '0'))!;
    await stage.attempts.startAttempts([granted['a']!]);
    expect((await stage.task(id, '0'))!['deadline']).toBe(deadline);
  });

  it('drops a report that comes twice, late, or under another fence', async () => {
    const { granted } = await stage.begin([echo('a'), echo('b')]);
    const [a, b] = [granted['a']!, granted['b']!];
    await stage.attempts.startAttempts([a]);
    await stage.settle(outcome(b));
    const before = await stage.keyspace();
    const dead = [a, b, { ...b, attempt: 2 }, { ...a, nonce: 'another-nonce' }, { ...a, taskIndex: 7 }];
    expect(await stage.attempts.startAttempts(dead)).toEqual({ stale: dead.length, failures: [] });
    expect(await stage.attempts.startAttempts([{ ...a, directiveId: aDraft().id }])).toEqual({
      stale: 1,
      failures: [],
    });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('counts a report that is twice in one call once', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b')]);
    const [a, b] = [granted['a']!, granted['b']!];
    expect(await stage.attempts.startAttempts([a, b, a])).toEqual({ stale: 1, failures: [] });
    expect((await stage.story(id)).slice(5)).toEqual(['task.started a', 'task.started b']);
  });

  it('writes down the reports of several directives in one call, with one entry in the shard', async () => {
    const [one, two] = [await stage.begin([echo('a'), echo('b')]), await stage.begin([echo('a')])];
    const before = (await stage.pointers()).length;
    const reports = [one.granted['a']!, two.granted['a']!, { ...one.granted['b']!, attempt: 9 }, one.granted['b']!];
    expect(await stage.attempts.startAttempts(reports)).toEqual({ stale: 1, failures: [] });
    expect((await stage.story(one.id)).slice(5)).toEqual(['task.started a', 'task.started b']);
    expect((await stage.story(two.id)).slice(4)).toEqual(['task.started a']);
    expect((await stage.pointers()).length).toBe(before + 1);
  });

  it('writes nothing of any in a call when a key of one directive is of a wrong type', async () => {
    const [good, bad] = [await stage.begin([echo('a')]), await stage.begin([echo('a')])];
    const { keys } = stage;
    const spoilt = [keys.directive(bad.id), keys.plan(bad.id), keys.tasks(bad.id), keys.events(bad.id)];
    const reports = [good.granted['a']!, bad.granted['a']!];
    const values = reports.flatMap((one) => [one.directiveId, one.taskIndex.toString(36), one.attempt, one.nonce]);
    await expectNothingWritten(stage, spoilt, async () => stage.run('start-attempt', 1_000, ...values));
  });

  it('records the others when one report of a call cannot be recorded, and says which that is', async () => {
    const [good, bad] = [await stage.begin([echo('a')]), await stage.begin([echo('a')])];
    await stage.redis.set(stage.keys.events(bad.id), 'no story');
    const reports = [bad.granted['a']!, good.granted['a']!];
    const { failures } = await stage.attempts.startAttempts(reports);
    expect(failures.map(({ attempt }) => attempt.directiveId)).toEqual([bad.id]);
    expect(String(failures[0]?.error)).toContain('WRONGTYPE');
    expect(await stage.task(good.id, '0')).toMatchObject({ state: 'running' });
  });

  it('drops a report on a directive that is over', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.store.cancel(id);
    const before = await stage.keyspace();
    expect(await stage.attempts.startAttempts([granted['a']!])).toEqual({ stale: 1, failures: [] });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type or the grace is no number', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    const { keys } = stage;
    const spoilt = [
      keys.directive(id),
      keys.plan(id),
      keys.tasks(id),
      keys.events(id),
      keys.shardEvents(0),
      keys.inflight(0, queue),
    ];
    await expectNothingWritten(stage, spoilt, async () => {
      const { failures } = await stage.attempts.startAttempts([granted['a']!]);
      if (failures[0]) throw failures[0].error;
    });
    const before = await stage.keyspace();
    await expect(stage.run('start-attempt', 'a while', id, '0', 1, granted['a']!.nonce)).rejects.toThrow(
      'a grace is needed',
    );
    expect(await stage.keyspace()).toEqual(before);
  });
});
