import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ShortageStore } from '#libs/state';
import { echo, failure, outcome, queue } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let shortages: ShortageStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  shortages = new ShortageStore(stage.redis, stage.scripts, stage.keys);
});
afterAll(async () => bed.close());

const listed = async (): Promise<string[]> => shortages.degraded(0, 0, 100);
const lacks = async (id: string): Promise<unknown> => JSON.parse((await stage.record(id))['degraded'] || '[]');

/** Two tasks that wait for a worker. */
async function degraded(): Promise<{ id: string; granted: Awaited<ReturnType<Stage['begin']>>['granted'] }> {
  const begun = await stage.begin([echo('a'), echo('b')]);
  expect(await shortages.degrade(0, queue, [`${begun.id}.0`, `${begun.id}.1`])).toBe(1);
  return begun;
}

describe('a directive that waits where no worker takes anything', () => {
  it('is DEGRADED, says so once, and names one task', async () => {
    const { id } = await degraded();
    expect(await stage.record(id)).toMatchObject({ state: 'DEGRADED' });
    expect((await stage.events(id)).at(-1)).toMatchObject({
      type: 'directive.degraded',
      data: { reason: 'no-worker', task: 'a', action: 'test.echo' },
    });
    expect(await lacks(id)).toMatchObject([{ reason: 'no-worker', task: 'a', index: '0', queue }]);
    expect(await listed()).toEqual([id]);
    const before = await stage.keyspace();
    expect(await shortages.degrade(0, queue, [`${id}.0`, `${id}.1`])).toBe(0);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('is found in its line, too, and only where it waits', async () => {
    const narrow = bed.stage(1);
    const { id } = await narrow.begin([echo('a'), echo('b'), echo('c', ['a'])]);
    const found = new ShortageStore(narrow.redis, narrow.scripts, narrow.keys);
    expect(await found.waiting(0, queue, 0, 10)).toEqual({ members: [`${id}.1`], isLast: true });
    expect(await found.degrade(0, queue, [`${id}.2`])).toBe(0);
    expect(await found.degrade(0, 'test.other.0', [`${id}.1`])).toBe(0);
    expect(await found.degrade(0, queue, [`${id}.1`, 'd0_none.0'])).toBe(1);
  });

  it('is RUNNING again when the task starts', async () => {
    const { id, granted } = await degraded();
    await stage.attempts.startAttempts([granted['a']!]);
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING', degraded: '' });
    expect((await stage.story(id)).slice(-2)).toEqual(['task.started a', 'directive.recovered']);
    expect(await listed()).toEqual([]);
  });

  it('is RUNNING again when its outcome comes before the news of its start', async () => {
    const { id, granted } = await degraded();
    await stage.settle(outcome(granted['a']!));
    expect((await stage.story(id)).slice(-3)).toEqual(['task.started a', 'task.completed a', 'directive.recovered']);
  });

  it('ends without a word of it with its last task', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await shortages.degrade(0, queue, [`${id}.0`]);
    await stage.settle(outcome(granted['a']!));
    expect((await stage.story(id)).slice(-2)).toEqual(['task.completed a', 'directive.completed']);
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', degraded: '' });
    expect(await listed()).toEqual([]);
  });

  it('is RUNNING again when its queue is served, and stays as it is when nothing is known of it', async () => {
    const { id } = await degraded();
    expect(await shortages.recover(0, [], [id])).toBe(0);
    expect(await shortages.recover(0, ['test.other.0'], [id])).toBe(0);
    expect(await stage.record(id)).toMatchObject({ state: 'DEGRADED' });
    expect(await shortages.recover(0, [queue], [id])).toBe(1);
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING' });
    expect(await shortages.recover(0, [queue], [id])).toBe(0);
  });

  it('names another of its tasks when the first waits no more', async () => {
    const { id, granted } = await degraded();
    await stage.settle(failure(granted['a']!, { started: false }));
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING' });
    await shortages.degrade(0, queue, [`${id}.1`]);
    expect(await lacks(id)).toMatchObject([{ task: 'b' }]);
  });

  it('pauses, and is DEGRADED again when it goes on', async () => {
    const { id } = await degraded();
    await stage.store.pause(id, 'kim');
    expect(await shortages.degrade(0, queue, [`${id}.0`])).toBe(0);
    expect(await stage.store.resume(id, 'kim')).toMatchObject({ state: 'DEGRADED' });
    expect((await stage.story(id)).slice(-4)).toEqual([
      'directive.paused',
      'checkpoint.created',
      'directive.resumed',
      'directive.degraded',
    ]);
    expect(await stage.store.resume(id, 'kim')).toMatchObject({ state: 'DEGRADED' });
  });

  it.each([
    ['cancelled', 'CANCELLED', async (id: string) => stage.store.cancel(id)],
    ['stopped', 'STOPPED', async (id: string) => stage.store.end(id, 'STOPPED', 'kim')],
    ['failed', 'FAILED', async (id: string) => stage.store.end(id, 'FAILED', 'kim')],
    ['completed', 'COMPLETED', async (id: string) => stage.store.end(id, 'COMPLETED', 'kim')],
    ['timed out', 'TIMEOUT', async (id: string) => (await stage.letTtlPass(id), stage.store.expire(id))],
  ])('may be %s', async (_, state, act) => {
    const { id } = await degraded();
    await act(id);
    expect(await stage.record(id)).toMatchObject({ state, degraded: '' });
    expect(await listed()).toEqual([]);
  });
});

describe('a task that runs on a fallback model', () => {
  const onFallback = async (): Promise<{ id: string; again: Awaited<ReturnType<Stage['settle']>> }> => {
    const { id, granted } = await stage.begin([echo('a'), echo('b')]);
    const detail = { retryAtMs: 1, fallback: 'small' };
    await stage.settle({ ...failure(granted['a']!, detail), verdict: 'retry' });
    expect(await stage.record(id)).toMatchObject({ state: 'RUNNING' });
    const { dispatched } = await stage.attempts.fireTimers(0, 10);
    return { id, again: Object.fromEntries(dispatched.map((dispatch) => [dispatch.spec.id, dispatch])) };
  };

  it('makes its directive DEGRADED from its grant to its end', async () => {
    const { id, again } = await onFallback();
    expect((await stage.events(id)).at(-1)).toMatchObject({
      type: 'directive.degraded',
      data: { reason: 'fallback', task: 'a', action: 'test.echo', model: 'small' },
    });
    expect(await shortages.recover(0, [queue], [id])).toBe(0);
    await stage.attempts.startAttempts([again['a']!]);
    expect(await stage.record(id)).toMatchObject({ state: 'DEGRADED' });
    await stage.settle(outcome(again['a']!));
    expect((await stage.story(id)).slice(-2)).toEqual(['task.completed a', 'directive.recovered']);
  });

  it('is one of two things that may lack', async () => {
    const { id } = await onFallback();
    await shortages.degrade(0, queue, [`${id}.1`]);
    expect(await lacks(id)).toMatchObject([{ reason: 'fallback' }, { reason: 'no-worker', task: 'b' }]);
    expect(await shortages.recover(0, [queue], [id])).toBe(0);
    expect(await lacks(id)).toMatchObject([{ reason: 'fallback' }]);
  });
});

describe('what cannot be', () => {
  it('is forgotten: a directive on the list that lacks nothing, or that is gone', async () => {
    const { id } = await stage.begin([echo('a')]);
    await stage.redis.zadd(stage.keys.degraded(0), 1, id, 1, 'd0_gone');
    expect(await shortages.recover(0, [], [id, 'd0_gone'])).toBe(0);
    expect(await listed()).toEqual([]);
  });

  it('is put right by the mender: one that lacks something and is not on the list', async () => {
    const { id } = await degraded();
    await stage.redis.del(stage.keys.degraded(0));
    expect(await stage.run('mend-directive', id, 0, 0, 10)).toContain('degraded');
    expect(await listed()).toEqual([id]);
  });

  it('is refused: no queue, no task', async () => {
    await expect(stage.run('degrade-directives', '')).rejects.toThrow('the queue is needed');
    await expect(stage.run('degrade-directives', queue, 'nothing')).rejects.toThrow('not a task');
    await expect(stage.run('recover-directives', 1, queue)).resolves.toBe(0);
    await expect(stage.run('recover-directives', 3, queue)).rejects.toThrow('how many queues');
  });
});

describe('a key of the wrong type', () => {
  it('fails before anything is written', async () => {
    const { id } = await stage.begin([echo('a')]);
    const { keys } = stage;
    const spoilt = [keys.directive(id), keys.events(id), keys.shardEvents(0), keys.degraded(0), keys.ready(0, queue)];
    await expectNothingWritten(stage, spoilt, async () => shortages.degrade(0, queue, [`${id}.0`]));
    await shortages.degrade(0, queue, [`${id}.0`]);
    const read = [keys.directive(id), keys.events(id), keys.shardEvents(0), keys.degraded(0)];
    await expectNothingWritten(stage, read, async () => shortages.recover(0, [queue], [id]));
  });
});
