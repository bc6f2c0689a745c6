import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Settlement } from '#libs/state';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, failure, outcome, queue } from './orders.js';
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

async function settleOrThrow(...settlements: Settlement[]): Promise<void> {
  const { results } = await stage.attempts.settle(settlements);
  for (const result of results) if (result.result === 'error') throw result.error;
}

describe('settle-attempt', () => {
  it('stores the output, frees what waited for it and dispatches it in the same step', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a']), echo('c', ['a', 'b'])]);
    expect(Object.keys(await stage.settle(outcome(granted['a']!, { outputText: '{"x":[]}' })))).toEqual(['b']);
    expect(await stage.redis.hget(stage.keys.tasks(id), '0:output')).toBe('{"x":[]}');
    expect(await stage.task(id, '0')).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await stage.redis.hget(stage.keys.tasks(id), '2:pending')).toBe('1');
    expect(await stage.counters(id, 'open', 'succeeded', 'sinksSucceeded')).toEqual({
      open: 2,
      succeeded: 1,
      sinksSucceeded: 0,
    });
    expect((await stage.story(id)).slice(4)).toEqual(['task.started a', 'task.completed a', 'task.queued b']);
  });

  it('does not tell a second time that a task started', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.attempts.startAttempts([granted['a']!]);
    await stage.settle(outcome(granted['a']!));
    expect((await stage.story(id)).slice(4)).toEqual(['task.started a', 'task.completed a', 'directive.completed']);
  });

  it('ends the directive with its last task and leaves nothing on any list', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle(outcome(granted['a']!));
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', open: '0', succeeded: '1' });
    expect((await stage.events(id)).at(-1)!.data).toEqual({
      succeeded: 1,
      failed: 0,
      skipped: 0,
      cancelled: 0,
      expired: 0,
      chargedMicroUsd: 0,
      overrunMicroUsd: 0,
    });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('accepts one outcome of an attempt, and none under another fence', async () => {
    const { granted } = await stage.begin([echo('a'), echo('b')]);
    const [a, b] = [granted['a']!, granted['b']!];
    await stage.settle(outcome(a));
    const before = await stage.keyspace();
    const dead = [
      a,
      { ...b, attempt: 2 },
      { ...b, nonce: 'another-nonce' },
      { ...b, taskIndex: 9 },
      { ...b, directiveId: aDraft().id },
    ];
    const { results } = await stage.attempts.settle(dead.flatMap((attempt) => [outcome(attempt), failure(attempt)]));
    expect(results.map(({ result }) => result)).toEqual(dead.flatMap(() => ['stale', 'stale']));
    expect(await stage.keyspace()).toEqual(before);
  });

  it('asks for another check when the output was checked against another version', async () => {
    const { granted } = await stage.begin([echo('a')]);
    const before = await stage.keyspace();
    const other = outcome(granted['a']!, { detail: { started: true, version: '2' } });
    expect((await stage.attempts.settle([other])).results).toEqual([{ result: 'version', pinned: '1' }]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('fails a task, skips what needs it and says how the directive ended', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a']), echo('c')]);
    await stage.settle(failure(granted['a']!));
    await stage.settle(outcome(granted['c']!));
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({
      state: 'PARTIALLY_COMPLETED',
      errorCode: 'BROKE',
      errorMessage: 'task a: it broke',
    });
    expect(await stage.task(id, '0')).toMatchObject({ state: 'failed', code: 'BROKE', message: 'it broke' });
    expect((await stage.story(id)).slice(5)).toEqual([
      'task.started a',
      'task.failed a',
      'task.skipped b',
      'task.started c',
      'task.completed c',
      'directive.partially_completed',
    ]);
  });

  it('frees what waits for an optional task, however it ended', async () => {
    const { id, granted } = await stage.begin([echo('maybe', [], { optional: true }), echo('end', ['maybe'])]);
    expect(Object.keys(await stage.settle({ ...failure(granted['maybe']!), verdict: 'expired' }))).toEqual(['end']);
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', expired: '1' });
    expect(await stage.counters(id, 'broken')).toEqual({ broken: 0 });
  });

  it('sets a retry aside until it is due', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    const retryAtMs = Date.now() + 60_000;
    await stage.settle({ ...failure(granted['a']!, { retryAtMs }), verdict: 'retry' });
    expect(await stage.task(id, '0')).toMatchObject({
      state: 'deferred',
      deadline: retryAtMs,
      waiting: ['retry', 'a'],
    });
    expect(await stage.redis.zscore(stage.keys.timers(0), `retry:${id}.0`)).toBe(String(retryAtMs));
    expect((await stage.events(id)).at(-1)).toMatchObject({
      type: 'task.retried',
      data: { attempt: 1, code: 'BROKE', retryAtMs },
    });
    expect(await stage.inflight()).toEqual([]);
  });

  it('holds a task whose effect nobody knows', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle({ ...failure(granted['a']!), verdict: 'hold' });
    expect(await stage.task(id, '0')).toMatchObject({
      state: 'held',
      waiting: ['effect-unknown', expect.stringContaining(id)],
    });
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', open: '1' });
  });

  it('indexes artifacts before it tells that the task is done', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    const artifact = { name: 'a.txt', sha256: 'f'.repeat(64), bytes: 3, mimeType: 'text/plain' };
    await stage.settle(outcome(granted['a']!, { detail: { started: true, version: '1', artifacts: [artifact] } }));
    expect((await stage.story(id)).slice(5)).toEqual(['artifact.indexed a', 'task.completed a', 'directive.completed']);
    const stored = JSON.parse((await stage.redis.hget(stage.keys.artifacts(id), artifact.sha256))!) as object;
    expect(stored).toEqual({ ...artifact, task: 'a' });
  });

  it('takes the job from its queue when the executor decided without the worker', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle({ ...failure(granted['a']!, { revoke: true }), verdict: 'expired' });
    expect(await stage.members('discard')).toEqual([expect.stringContaining(`${queue}|${id}.0.1.`)]);
    const [[, fields]] = (await stage.redis.xrange(stage.keys.control(0), '-', '+')) as [[string, string[]]];
    expect(fields).toEqual(['type', 'abort', 'jobId', expect.stringContaining(id), 'reason', 'BROKE']);
  });

  it('accepts an outcome while the directive is closing, and starts nothing for it', async () => {
    const { id, granted } = await stage.begin([
      ...Array.from({ length: 101 }, (_, at) => echo(`t${at}`)),
      echo('last'),
    ]);
    const last = { ...granted, ...(await stage.cascade()) };
    const running = Object.values(last).at(-1)!;
    await stage.store.cancel(id);
    expect(await stage.record(id)).toMatchObject({ closing: 'CANCELLED', state: 'RUNNING' });
    const { results } = await stage.attempts.settle([outcome(running)]);
    expect(results[0]!.result).toBe(running.taskIndex < 100 ? 'stale' : 'ok');
    await stage.store.closeChunk(id);
    expect(await stage.record(id)).toMatchObject({ state: 'CANCELLED', open: '0' });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('takes a message with half of a surrogate pair', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle(failure(granted['a']!, { message: 'cut \ud83d', code: 'C\udc00' }));
    expect(await stage.task(id, '0')).toMatchObject({ state: 'failed', message: 'cut \ufffd', code: 'C\ufffd' });
  });

  it('writes nothing for a verdict it does not know, or a retry that does not say when', async () => {
    const { granted } = await stage.begin([echo('a')]);
    const before = await stage.keyspace();
    const odd = { ...failure(granted['a']!), verdict: 'lost' as 'failed' };
    const timelessRetry = { ...failure(granted['a']!), verdict: 'retry' as const };
    const [unknown] = (await stage.attempts.settle([odd])).results;
    const [timeless] = (await stage.attempts.settle([timelessRetry])).results;
    expect(unknown).toMatchObject({ result: 'error', error: { message: expect.stringContaining('no such verdict') } });
    expect(timeless).toMatchObject({
      result: 'error',
      error: { message: expect.stringContaining('a retry says when') },
    });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a'])]);
    const { keys } = stage;
    const artifact = { name: 'a.txt', sha256: 'f'.repeat(64), bytes: 3, mimeType: 'text/plain' };
    const detail = { started: true, version: '1', artifacts: [artifact] };
    const queues = [keys.ready(0, queue), keys.inflight(0, queue)];
    const written = guardedKeys(stage, id, keys.artifacts(id), ...queues);
    await expectNothingWritten(stage, written, async () => settleOrThrow(outcome(granted['a']!, { detail })));
    const overdue = { ...failure(granted['a']!, { revoke: true }), verdict: 'expired' as const };
    await expectNothingWritten(stage, [keys.control(0)], async () => settleOrThrow(overdue));
  });
});
