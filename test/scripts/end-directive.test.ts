import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { directiveStates, type EndState, type Standing } from '#libs/contracts';
import { allowedFrom } from '#libs/policy';
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
  stage = bed.stage(2);
});
afterAll(async () => bed.close());

const ends: readonly EndState[] = ['COMPLETED', 'FAILED', 'STOPPED'];

/** One of two results is there: a directive that rests and may be completed by hand. */
async function partlyDone(): Promise<string> {
  const { id, granted } = await stage.begin([echo('a'), { ...echo('b'), maxRetries: 0 }]);
  await stage.settle(outcome(granted['a']!), failure(granted['b']!));
  expect(await stage.record(id)).toMatchObject({ state: 'PARTIALLY_COMPLETED' });
  return id;
}

describe('end-directive', () => {
  it.each(ends)('ends every open task and makes the directive %s, and tells who did it and why', async (state) => {
    const { id, granted } = await stage.begin([
      echo('done'),
      echo('running'),
      echo('ready'),
      echo('waiting', ['ready']),
    ]);
    await stage.settle(outcome(granted['done']!));
    await stage.attempts.startAttempts([granted['running']!]);
    expect(await stage.store.end(id, state, 'kim', 'it is enough')).toEqual({ state, more: false });
    expect(await stage.record(id)).toMatchObject({ state, succeeded: '1', cancelled: '3', open: '0' });
    expect((await stage.story(id)).slice(-4)).toEqual([
      'task.cancelled running',
      'task.cancelled ready',
      'task.cancelled waiting',
      `directive.${state.toLowerCase()}`,
    ]);
    expect((await stage.events(id)).at(-1)!.data).toMatchObject({ by: 'kim', reason: 'it is enough', cancelled: 3 });
    expect(await stage.leftovers(id)).toEqual({});
    expect((await stage.members('discard')).length).toBeGreaterThan(0);
  });

  it('keeps the reason of a failure as the error of the directive, and who said so where there is none', async () => {
    const [said, unsaid] = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    await stage.store.end(said, 'FAILED', 'kim', 'the customer left');
    await stage.store.end(unsaid, 'FAILED', 'kim');
    expect(await stage.record(said)).toMatchObject({ errorCode: 'FAILED_BY_HUMAN', errorMessage: 'the customer left' });
    expect(await stage.record(unsaid)).toMatchObject({ errorMessage: 'kim ended the directive as failed' });
    const { data } = (await stage.events(unsaid)).at(-1)!;
    expect(data).toMatchObject({ code: 'FAILED_BY_HUMAN', by: 'kim' });
    expect(data).not.toHaveProperty('reason');
  });

  it('fails what has no plan yet', async () => {
    const draft = aDraft();
    await stage.store.accept(draft);
    expect(await stage.store.end(draft.id, 'FAILED', 'kim')).toEqual({ state: 'FAILED', more: false });
    expect(await stage.story(draft.id)).toEqual(['directive.accepted', 'directive.failed']);
    expect(await stage.leftovers(draft.id)).toEqual({});
  });

  it('leaves the tasks beyond 100 to close-chunk, which tells the same at the end', async () => {
    const { id } = await stage.begin(Array.from({ length: 150 }, (_, at) => echo(`t${at}`)));
    expect(await stage.store.end(id, 'STOPPED', 'kim', 'too dear')).toEqual({ state: 'RUNNING', more: true });
    expect(await stage.record(id)).toMatchObject({ closing: 'STOPPED', cancelled: '100', open: '50' });
    expect((await stage.attempts.releaseTasks(0, 'test.echo.0', 100)).followup.dispatched).toEqual([]);
    const before = await stage.keyspace();
    expect(await stage.store.end(id, 'STOPPED', 'lee', 'again')).toEqual({ state: 'RUNNING', more: true });
    expect(await stage.keyspace()).toEqual(before);
    expect(await stage.store.closeChunk(id)).toBe(false);
    expect(await stage.record(id)).toMatchObject({ state: 'STOPPED', cancelled: '150', open: '0' });
    expect((await stage.events(id)).at(-1)).toMatchObject({
      type: 'directive.stopped',
      data: { by: 'kim', reason: 'too dear' },
    });
  });

  it('completes one that rests partially completed, and nothing else ends that', async () => {
    const id = await partlyDone();
    const before = await stage.keyspace();
    await expect(stage.store.end(id, 'FAILED', 'kim')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    await expect(stage.store.end(id, 'STOPPED', 'kim')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    expect(await stage.keyspace()).toEqual(before);
    expect(await stage.store.end(id, 'COMPLETED', 'kim')).toEqual({ state: 'COMPLETED', more: false });
    expect((await stage.story(id)).slice(-2)).toEqual(['directive.partially_completed', 'directive.completed']);
    expect(await stage.record(id)).toMatchObject({ succeeded: '1', failed: '1', cancelled: '0' });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('ends one that waits for its review, and takes the question back', async () => {
    const { id } = aDraft();
    await stage.store.accept(aDraft({ id, kind: 'workflow' }));
    await stage.store.commitPlan(id, planOf([echo('a')]), { workflow: 'w', input: null, needsReview: true });
    await stage.settle(outcome((await stage.start(id)).dispatched[0]!));
    expect(await stage.members('outbox')).toEqual([`review:${id}`]);
    await stage.store.end(id, 'COMPLETED', 'kim');
    expect(await stage.leftovers(id)).toEqual({});
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', succeeded: '1' });
  });

  it('charges the grant of what had started, and gives back what had not', async () => {
    const paid = (id: string) => ({ id, action: 'test.paid', budget: { maxCostUsd: 1 } });
    const { id, granted } = await stage.begin([paid('started'), paid('queued')]);
    await stage.attempts.startAttempts([granted['started']!]);
    await stage.store.end(id, 'COMPLETED', 'kim');
    expect(await stage.counters(id, 'chargedMicroUsd', 'reservedMicroUsd')).toEqual({
      chargedMicroUsd: 1_000_000,
      reservedMicroUsd: 0,
    });
    const before = await stage.keyspace();
    expect((await stage.attempts.settle([outcome(granted['queued']!)])).results).toEqual([{ result: 'stale' }]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it.each(ends.flatMap((to) => directiveStates.map((from) => [from, to] as const)))(
    'from %s to %s is as the table of policy says, and done again changes nothing',
    async (from, to) => {
      const id = await stage.accept([echo('a')]);
      await stage.redis.hset(stage.keys.directive(id), 'state', from);
      const before = await stage.keyspace();
      const end = async () =>
        stage.store.end(id, to, 'kim').catch((error: unknown) => (error as { standing: Standing }).standing);
      const isLawful = from === to || allowedFrom(from).includes(to);
      const answer = isLawful ? { state: to, more: false } : { state: from, allowed: allowedFrom(from) };
      expect(await end()).toEqual(answer);
      const after = await stage.keyspace();
      expect(isDeepStrictEqual(after, before)).toBe(from === to || !isLawful);
      expect(await end()).toEqual(answer);
      expect(await stage.keyspace()).toEqual(after);
    },
  );

  it('refuses one that is closing otherwise, with the only way it has, and what it does not know', async () => {
    const { id } = await stage.begin(Array.from({ length: 150 }, (_, at) => echo(`t${at}`)));
    await stage.store.cancel(id);
    const before = await stage.keyspace();
    await expect(stage.store.end(id, 'COMPLETED', 'kim')).rejects.toMatchObject({
      code: 'TRANSITION_ILLEGAL',
      standing: { state: 'RUNNING', allowed: ['CANCELLED'] },
    });
    await expect(stage.store.end(aDraft().id, 'FAILED', 'kim')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type, or an argument makes no sense', async () => {
    const { id } = await stage.begin([echo('a')]);
    await expectNothingWritten(stage, guardedKeys(stage, id, stage.keys.control(0)), async () =>
      stage.store.end(id, 'FAILED', 'kim'),
    );
    const before = await stage.keyspace();
    await expect(stage.run('end-directive', id, 'FAILED', 'all', 'kim', '')).rejects.toThrow(
      'how many tasks to finish',
    );
    await expect(stage.run('end-directive', id, 'TIMEOUT', 1, 'kim', '')).rejects.toThrow('nobody ends a directive as');
    await expect(stage.run('end-directive', id, 'FAILED', 1)).rejects.toThrow('who ends it');
    expect(await stage.keyspace()).toEqual(before);
  });
});
