import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HoldStore, ScriptRunner } from '#libs/state';
import type { TaskSpec } from '#libs/contracts';
import { echo, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let holds: HoldStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  holds = new HoldStore(new ScriptRunner(stage.redis), stage.keys);
});
afterAll(async () => bed.close());

const usd = 1_000_000;
const word = { by: 'ann', comment: 'more' };

function paid(id: string, maxCostUsd: number, dependsOn: string[] = []): TaskSpec {
  return { id, action: 'test.paid', budget: { maxCostUsd }, dependsOn };
}

function spent(costMicroUsd: number): { detail: { started: boolean; version: string; costMicroUsd: number } } {
  return { detail: { started: true, version: '1', costMicroUsd } };
}

describe('raise-budget', () => {
  it('lets go what waited for it', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1, ['a']), paid('c', 1, ['a'])], {
      budgetMicroUsd: usd,
    });
    await stage.settle(outcome(granted['a']!, spent(usd)));
    expect(await stage.task(id, '1')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    await holds.raiseBudget(id, { maxMicroUsd: 3 * usd, ...word });
    expect(Object.keys(await stage.cascade())).toEqual(['b', 'c']);
    expect((await stage.story(id)).slice(-3)).toEqual(['directive.budget_raised', 'task.queued b', 'task.queued c']);
    expect(await stage.redis.zcard(stage.keys.holds(0, 'local'))).toBe(0);
    expect(await stage.parked(id)).toEqual([]);
  });

  it('lets go as many as it is enough for; the others wait for what these do not spend', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1, ['a']), paid('c', 1, ['a'])], {
      budgetMicroUsd: usd,
    });
    await stage.settle(outcome(granted['a']!, spent(usd)));
    await holds.raiseBudget(id, { maxMicroUsd: 2 * usd, ...word });
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
    expect(await stage.task(id, '2')).toMatchObject({ state: 'deferred', waiting: ['budget-reserved', id] });
    expect(await stage.redis.zcard(stage.keys.holds(0, 'local'))).toBe(0);
    expect(await stage.counters(id, 'chargedMicroUsd', 'reservedMicroUsd')).toEqual({
      chargedMicroUsd: usd,
      reservedMicroUsd: usd,
    });
  });

  it('settles an overrun', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1, ['a'])], { budgetMicroUsd: 9 * usd });
    await stage.settle(outcome(granted['a']!, spent(1_500_000)));
    expect(await stage.task(id, '1')).toMatchObject({ state: 'held' });
    await holds.raiseBudget(id, { maxMicroUsd: 9 * usd, ...word });
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
    expect(await stage.counters(id, 'overrunMicroUsd')).toEqual({ overrunMicroUsd: 0 });
  });

  it('is refused below what is spent and reserved, of a directive that is over, and of none', async () => {
    const { id, granted } = await stage.begin([paid('a', 1)], { budgetMicroUsd: 2 * usd });
    const low = holds.raiseBudget(id, { maxMicroUsd: usd - 1, ...word });
    await expect(low).rejects.toMatchObject({ code: 'BUDGET_TOO_LOW' });
    await stage.settle(outcome(granted['a']!, spent(1)));
    const late = holds.raiseBudget(id, { maxMicroUsd: 5 * usd, ...word });
    await expect(late).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    const none = holds.raiseBudget(
      id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      { maxTokens: 1, ...word },
    );
    await expect(none).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([echo('a')], { budgetMicroUsd: usd });
    const call = async () => stage.run('raise-budget', id, 2 * usd, '', JSON.stringify(word));
    await expectNothingWritten(stage, guardedKeys(stage, id, stage.keys.holds(0, 'local')), call);
  });
});

describe('the terms of a budget', () => {
  it('tell once when the share is reached', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1), paid('c', 1)], {
      budgetMicroUsd: 4 * usd,
      terms: JSON.stringify({ warnAtPercent: 50 }),
    });
    for (const task of ['a', 'b', 'c']) await stage.settle(outcome(granted[task]!, spent(usd)));
    const warnings = (await stage.events(id)).filter(({ type }) => type === 'directive.budget_warned');
    expect(warnings.map(({ data }) => data)).toEqual([
      { what: 'microUsd', charged: 2 * usd, limit: 4 * usd, percent: 50 },
    ]);
  });

  it('fail what the budget does not allow, where nobody is to be asked', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1, ['a']), echo('c', ['b'])], {
      budgetMicroUsd: usd,
      terms: JSON.stringify({ onBudget: 'fail' }),
    });
    await stage.settle(outcome(granted['a']!, spent(usd)));
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', errorCode: 'BUDGET_EXCEEDED' });
    expect((await stage.story(id)).slice(-3)).toEqual(['task.failed b', 'task.skipped c', 'directive.failed']);
  });
});
