import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { echo, failure, outcome } from './orders.js';
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

const usd = 1_000_000;

function paid(id: string, maxCostUsd: number, extra: Partial<TaskSpec> = {}): TaskSpec {
  return { id, action: 'test.paid', budget: { maxCostUsd }, ...extra };
}

function spent(costMicroUsd?: number): { detail: { started: boolean; version: string; costMicroUsd?: number } } {
  return { detail: { started: true, version: '1', ...(costMicroUsd === undefined ? {} : { costMicroUsd }) } };
}

async function money(id: string): Promise<number[]> {
  const names = ['chargedMicroUsd', 'reservedMicroUsd', 'overrunMicroUsd'] as const;
  return Object.values(await stage.counters(id, ...names));
}

describe('the budget in settle-attempt', () => {
  it('reserves the maximum, charges what was spent and gives the rest back', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), echo('free')], { budgetMicroUsd: 2 * usd });
    expect(await money(id)).toEqual([0, usd, 0]);
    await stage.settle(outcome(granted['a']!, spent(300_000)));
    expect(await money(id)).toEqual([300_000, 0, 0]);
    expect(await stage.task(id, '0')).toMatchObject({ costMicroUsd: 300_000 });
    expect(await stage.task(id, '0')).not.toHaveProperty('reserveMicroUsd');
  });

  it('charges the grant when a started attempt does not say what it spent, and nothing when it never started', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1)]);
    await stage.settle(failure(granted['a']!, { started: false }));
    expect(await money(id)).toEqual([0, usd, 0]);
    await stage.settle(outcome(granted['b']!, spent()));
    expect(await money(id)).toEqual([usd, 0, 0]);
  });

  it('charges every attempt of a task', async () => {
    const { id, granted } = await stage.begin([paid('a', 1)]);
    await stage.settle({ ...failure(granted['a']!, { retryAtMs: 1, costMicroUsd: 200_000 }), verdict: 'retry' });
    const { data } = (await stage.events(id)).at(-1)!;
    expect(data).toMatchObject({ attempt: 1, costMicroUsd: 200_000, tokens: 0 });
    const { dispatched } = await stage.attempts.fireTimers(0, 10);
    await stage.settle(outcome(dispatched[0]!, spent(100_000)));
    expect(await money(id)).toEqual([300_000, 0, 0]);
    expect(await stage.task(id, '0')).toMatchObject({ costMicroUsd: 300_000, attempt: 2 });
  });

  it('books what exceeds the grant as an overrun and dispatches nothing more', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1, { dependsOn: ['a'] })], {
      budgetMicroUsd: 9 * usd,
    });
    await stage.settle(outcome(granted['a']!, spent(1_500_000)));
    expect(await money(id)).toEqual([1_500_000, 0, 500_000]);
    expect(await stage.task(id, '1')).toMatchObject({ state: 'held', waiting: ['budget', id] });
  });

  it('wakes a deferred task when the reservation it waits for is freed', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: 1_500_000 });
    expect(Object.keys(granted)).toEqual(['a']);
    expect(await stage.parked(id)).toEqual(['1']);
    expect(Object.keys(await stage.settle(outcome(granted['a']!, spent(100_000))))).toEqual(['b']);
    expect((await stage.story(id)).slice(3)).toEqual([
      'task.queued a',
      'task.deferred b',
      'task.started a',
      'task.completed a',
      'task.queued b',
    ]);
  });

  it('holds a deferred task only when charged and reserve together exceed the budget', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: 1_500_000 });
    await stage.settle(outcome(granted['a']!, spent(500_001)));
    expect(await stage.task(id, '1')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    const exact = await stage.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: 1_500_000 });
    expect(Object.keys(await stage.settle(outcome(exact.granted['a']!, spent(500_000))))).toEqual(['b']);
  });

  it('looks at every deferred task when the last reservation is freed, however many there are', async () => {
    const large = Array.from({ length: 150 }, (_, at) => paid(`large${at}`, 1));
    const { id, granted } = await stage.begin([paid('a', 1), ...large, paid('small', 0.1)], {
      budgetMicroUsd: 1_050_000,
    });
    expect(await stage.cascade()).toEqual({});
    expect(await stage.parked(id)).toHaveLength(151);
    expect(Object.keys(await stage.settle(outcome(granted['a']!, spent(900_000))))).toEqual(['small']);
    await stage.cascade();
    // What is held stays listed: a raise of the budget looks at it.
    expect(await stage.parked(id)).toHaveLength(150);
    expect((await stage.story(id)).filter((line) => line.startsWith('task.held'))).toHaveLength(150);
  });

  it('files a deferred task as ready when its money is there and the window is closed', async () => {
    const narrow = bed.stage(1);
    const { id, granted } = await narrow.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: 1_500_000 });
    const other = await narrow.accept([paid('x', 1)]);
    await narrow.start(other);
    await narrow.settle(outcome(granted['a']!, spent(0)));
    expect(new Set(await narrow.ready('test.paid.0'))).toEqual(new Set([`${other}.0`, `${id}.1`]));
    expect(await narrow.task(id, '1')).toMatchObject({ state: 'ready' });
    expect(await narrow.counters(id, 'reservedMicroUsd')).toEqual({ reservedMicroUsd: 0 });
  });

  it('counts tokens as it counts money', async () => {
    const tokens = (id: string) => paid(id, 0, { budget: { maxCostUsd: 0, maxTokens: 60 } });
    const { id, granted } = await stage.begin([tokens('a'), tokens('b')], { budgetTokens: 100 });
    expect(Object.keys(granted)).toEqual(['a']);
    await stage.settle(outcome(granted['a']!, { detail: { started: true, version: '1', tokens: 41 } }));
    expect(await stage.task(id, '1')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    expect(await stage.counters(id, 'chargedTokens', 'reservedTokens')).toEqual({
      chargedTokens: 41,
      reservedTokens: 0,
    });
  });

  it('keeps amounts of 14 digits exact', async () => {
    const { id, granted } = await stage.begin([paid('a', 99_999_999.999999)], { budgetMicroUsd: 99_999_999_999_999 });
    await stage.settle(outcome(granted['a']!, spent(99_999_999_999_998)));
    expect(await stage.record(id)).toMatchObject({ chargedMicroUsd: '99999999999998', reservedMicroUsd: '0' });
    expect((await stage.events(id)).at(-1)!.data['chargedMicroUsd']).toBe(99_999_999_999_998);
  });
});
