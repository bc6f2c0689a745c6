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

const paid = (id: string) => ({ id, action: 'test.paid', budget: { maxCostUsd: 1 } });
const chain = [echo('a'), echo('b', ['a'])];

async function words(...settlements: Settlement[]): Promise<string[]> {
  return (await stage.attempts.settle(settlements)).results.map(({ result }) => result);
}

describe('several attempts in one call of settle-attempt', () => {
  it('are settled each by itself and answered in the order asked', async () => {
    const [one, two] = [await stage.begin(chain), await stage.begin([echo('a'), echo('b')])];
    const before = (await stage.pointers()).length;
    const wrongVersion = outcome(two.granted['b']!, { detail: { started: true, version: '2' } });
    const { results, followups } = await stage.attempts.settle([
      failure(two.granted['a']!),
      outcome(one.granted['a']!),
      outcome({ ...one.granted['a']!, directiveId: aDraft().id }),
      wrongVersion,
    ]);
    expect(results).toEqual([
      { result: 'ok' },
      { result: 'ok' },
      { result: 'stale' },
      { result: 'version', pinned: '1' },
    ]);
    expect(followups.flatMap(({ dispatched }) => dispatched.map(({ spec }) => spec.id))).toEqual(['b']);
    expect((await stage.story(one.id)).slice(4)).toEqual(['task.started a', 'task.completed a', 'task.queued b']);
    expect((await stage.story(two.id)).slice(5)).toEqual(['task.started a', 'task.failed a']);
    expect((await stage.pointers()).length).toBe(before + 1);
  });

  it('are one accepted and one stale when both are of the same attempt', async () => {
    const { id, granted } = await stage.begin(chain);
    expect(await words(outcome(granted['a']!), failure(granted['a']!))).toEqual(['ok', 'stale']);
    expect((await stage.story(id)).slice(4)).toEqual(['task.started a', 'task.completed a', 'task.queued b']);
    const other = await stage.begin(chain);
    const retry = { ...failure(other.granted['a']!, { retryAtMs: 1 }), verdict: 'retry' as const };
    expect(await words(retry, outcome(other.granted['a']!))).toEqual(['ok', 'stale']);
    expect(await stage.task(other.id, '0')).toMatchObject({ state: 'deferred' });
    expect(await stage.redis.hexists(stage.keys.tasks(other.id), '0:output')).toBe(0);
  });

  it('have each their own artifacts, though they say the same of them', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b')]);
    const artifact = { name: 'a.txt', sha256: 'f'.repeat(64), bytes: 3, mimeType: 'text/plain' };
    const detail = { started: true, version: '1', artifacts: [artifact] };
    for (const attempt of [granted['a']!, granted['b']!]) await stage.settle(outcome(attempt, { detail }));
    const other = await stage.begin([echo('c'), echo('d')]);
    await stage.settle(...Object.values(other.granted).map((attempt) => outcome(attempt, { detail })));
    for (const [directive, tasks] of [
      [id, ['a', 'b']],
      [other.id, ['c', 'd']],
    ] as const) {
      const indexed = (await stage.events(directive)).filter(({ type }) => type === 'artifact.indexed');
      expect(indexed).toEqual(tasks.map((task) => ({ type: 'artifact.indexed', task, data: { ...artifact, task } })));
    }
  });

  it('end their directive with the last of them', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b'), echo('c')]);
    expect(await words(...Object.values(granted).map((attempt) => outcome(attempt)))).toEqual(['ok', 'ok', 'ok']);
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED', succeeded: '3', open: '0' });
    expect(await stage.leftovers(id)).toEqual({});
  });

  it('wake what was parked in the same call, when the call frees the reservation it waits for', async () => {
    const tasks = [paid('a'), paid('b'), { ...paid('c'), dependsOn: ['a'] }];
    const { id, granted } = await stage.begin(tasks, { budgetMicroUsd: 2_500_000 });
    const spent = { detail: { started: true, version: '1', costMicroUsd: 600_000 } };
    const next = await stage.settle(outcome(granted['a']!, spent), outcome(granted['b']!, spent));
    expect(Object.keys({ ...next, ...(await stage.cascade()) })).toEqual(['c']);
    expect(await stage.parked(id)).toEqual([]);
  });

  it('leave a directive as it was whose outcome is stale, though others wait in it', async () => {
    const tasks = Array.from({ length: 13 }, (_, at) => paid(`t${at}`));
    const { id, granted } = await stage.begin(tasks, { budgetMicroUsd: 1_500_000 });
    expect(await stage.parked(id)).toHaveLength(12);
    const other = await stage.begin([echo('a')]);
    const own = async () =>
      Object.entries(await stage.keyspace()).filter(([key]) => key.startsWith(stage.keys.directive(id)));
    const before = await own();
    expect(await words(outcome({ ...granted['t0']!, attempt: 2 }), outcome(other.granted['a']!))).toEqual([
      'stale',
      'ok',
    ]);
    expect(await own()).toEqual(before);
  });

  it('are left to further calls when there is too much to do for one, and all are settled', async () => {
    const fans = Array.from({ length: 6 }, (_, root) => [
      echo(`r${root}`),
      ...Array.from({ length: 60 }, (__, at) => echo(`r${root}t${at}`, [`r${root}`])),
    ]);
    const { id, granted } = await stage.begin(fans.flat());
    const before = (await stage.pointers()).length;
    const roots = Object.values(granted).map((attempt) => outcome(attempt));
    expect(await words(...roots)).toEqual(roots.map(() => 'ok'));
    // 2 of them fill a call with their 60 dependents each.
    expect((await stage.pointers()).length).toBe(before + 3);
    expect(await stage.counters(id, 'succeeded', 'open')).toEqual({ succeeded: 6, open: 360 });
    expect((await stage.inflight()).length + (await stage.ready()).length).toBe(360);
  });

  it('go in calls of 25, and a failing call does not fail the others', async () => {
    const many = await stage.begin(Array.from({ length: 26 }, (_, at) => echo(`t${at}`)));
    const before = (await stage.pointers()).length;
    expect(await words(...Object.values(many.granted).map((attempt) => outcome(attempt)))).toHaveLength(26);
    expect((await stage.pointers()).length).toBe(before + 2);
    const next = await stage.begin(Array.from({ length: 26 }, (_, at) => echo(`t${at}`)));
    const odd = { ...outcome(next.granted['t25']!), verdict: 'lost' as 'failed' };
    const sound = Object.values(next.granted).slice(0, 25);
    expect((await words(...sound.map((attempt) => outcome(attempt)), odd)).at(-1)).toBe('error');
    expect(await stage.counters(next.id, 'succeeded', 'open')).toEqual({ succeeded: 25, open: 1 });
  });

  it('say how much the cascade has to do only when they gave it more', async () => {
    const many = (root: string) => Array.from({ length: 80 }, (_, at) => echo(`${root}${at}`, [root]));
    const one = await stage.begin([echo('a'), ...many('a')]);
    const two = await stage.begin([echo('b'), ...many('b'), echo('c')]);
    const filed = async (...settlements: Settlement[]) =>
      (await stage.attempts.settle(settlements)).followups.map(({ cascades }) => cascades);
    expect(await filed(outcome(one.granted['a']!))).toEqual([1]);
    expect(await filed(outcome(two.granted['c']!))).toEqual([0]);
    expect(await filed(outcome(two.granted['b']!))).toEqual([2]);
    expect(await stage.members('cascade')).toHaveLength(2);
  });

  it('give the place that one leaves in the window to what it frees, until there is a line', async () => {
    const narrow = bed.stage(2);
    const fork = [echo('a'), echo('b', ['a']), echo('c', ['a'])];
    const one = await narrow.begin(fork);
    const two = await narrow.begin(fork);
    const both = [outcome(one.granted['a']!), outcome(two.granted['a']!)];
    const { followups, waiting } = await narrow.attempts.settle(both);
    const granted = followups.flatMap(({ dispatched }) =>
      dispatched.map(({ directiveId, spec }) => [directiveId, spec.id]),
    );
    expect(granted).toEqual([[one.id, 'b']]);
    expect(new Set(await narrow.ready())).toEqual(new Set([`${one.id}.2`, `${two.id}.1`, `${two.id}.2`]));
    expect([...waiting]).toEqual([[queue, 0]]);
    expect((await narrow.attempts.releaseTasks(0, queue, 10)).followup.dispatched).toHaveLength(1);
    expect(await narrow.inflight()).toHaveLength(2);
  });

  it('do not pass the line of a queue, and say which queues have one', async () => {
    const narrow = bed.stage(1);
    const { granted } = await narrow.begin(chain);
    const behind = await narrow.accept([echo('x')]);
    await narrow.start(behind);
    const { waiting, followups } = await narrow.attempts.settle([outcome(granted['a']!)]);
    expect(followups.flatMap(({ dispatched }) => dispatched)).toEqual([]);
    expect([...waiting]).toEqual([[queue, 0]]);
    expect(await narrow.ready()).toHaveLength(2);
    const { waiting: none } = await stage.attempts.settle([outcome((await stage.begin([echo('a')])).granted['a']!)]);
    expect([...none]).toEqual([]);
  });

  it('write nothing of any when a key of one directive is of a wrong type', async () => {
    const [good, bad] = [await stage.begin(chain), await stage.begin(chain)];
    const { keys } = stage;
    const spoilt = guardedKeys(stage, bad.id, keys.ready(0, queue), keys.inflight(0, queue));
    const call = async (): Promise<void> => {
      const { results } = await stage.attempts.settle([outcome(good.granted['a']!), outcome(bad.granted['a']!)]);
      expect(results.map(({ result }) => result)).toEqual(['error', 'error']);
      if (results[0]?.result === 'error') throw results[0].error;
    };
    await expectNothingWritten(stage, spoilt, call);
    expect(await words(outcome(good.granted['a']!), outcome(bad.granted['a']!))).toEqual(['ok', 'ok']);
  });
});

describe('the story of a directive that ended', () => {
  it.each([1, 97])('is copied whole, with %i tasks', async (count) => {
    const { id, granted } = await stage.begin(Array.from({ length: count }, (_, at) => echo(`t${at}`)));
    for (const attempt of Object.values(granted)) await stage.settle(outcome(attempt));
    expect((await stage.story(id)).at(-1)).toBe('directive.completed');
    expect(await stage.redis.ttl(stage.keys.events(id))).toBe(-1);
    expect(await stage.redis.exists(`${stage.keys.events(id)}:copy`)).toBe(0);
  });

  it('takes less memory than it did while it grew', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    const size = async () => Number(await stage.redis.memory('USAGE', stage.keys.events(id)));
    const before = await size();
    await stage.settle(outcome(granted['a']!));
    expect(await size()).toBeLessThan(before);
  });

  it('replaces what stands under the name of its copy', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.redis.set(`${stage.keys.events(id)}:copy`, 'a stranger');
    await stage.settle(outcome(granted['a']!));
    expect((await stage.story(id)).at(-1)).toBe('directive.completed');
  });
});
