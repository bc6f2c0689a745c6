import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { HoldStore, ScriptRunner } from '#libs/state';
import { echo, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

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
const paid = (id: string, maxCostUsd: number): TaskSpec => ({ id, action: 'test.paid', budget: { maxCostUsd } });
const spent = (costMicroUsd: number) => ({ detail: { started: true, version: '1', costMicroUsd } });

async function grantTenant(grant: object): Promise<void> {
  await stage.redis.hset(stage.keys.grants(0, 'local'), 'test.risky.0', JSON.stringify(grant));
}

/** A risky task that costs money, which its plan alone would not say. */
async function costlyRisk(id: string): Promise<void> {
  const control = JSON.parse((await stage.redis.hget(stage.keys.plan(id), '0'))!) as object;
  const terms = { ...control, reserveMicroUsd: 2 * usd, approvalTtlMs: 60_000 };
  await stage.redis.hset(stage.keys.plan(id), '0', JSON.stringify(terms));
}

async function raise(id: string, maxUsd: number): Promise<void> {
  await holds.raiseBudget(id, { maxMicroUsd: maxUsd * usd, by: 'ann', comment: '' });
}

describe('a risky task that a grant lets go', () => {
  it('stays let go while it waits for money, though the grant is over by then', async () => {
    await grantTenant({ maxScore: 100, untilMs: Date.now() + 60_000, by: 'ann' });
    const id = await stage.accept([{ id: 'a', action: 'test.risky' }], { budgetMicroUsd: usd });
    await costlyRisk(id);
    await stage.start(id);
    expect(await stage.task(id, '0')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    expect(await stage.story(id)).toContain('task.approved a');
    await stage.redis.del(stage.keys.grants(0, 'local'));
    await raise(id, 2);
    expect(Object.keys(await stage.cascade())).toEqual(['a']);
  });
});

describe('a task that is held for money and then for a human', () => {
  it('is asked about once, and goes when it is approved', async () => {
    const id = await stage.accept([{ id: 'a', action: 'test.risky' }], { budgetMicroUsd: usd });
    await costlyRisk(id);
    await stage.start(id);
    const [since] = [((await stage.task(id, '0'))!['since'] as number) ?? 0];
    expect(await stage.task(id, '0')).toMatchObject({ state: 'held', waiting: ['approval', 'a'] });
    await holds.decide(
      { directiveId: id, taskIndex: 0, sinceMs: since },
      { decision: 'approve', by: 'ann', comment: '' },
    );
    await stage.cascade();
    expect(await stage.task(id, '0')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    expect(await stage.members('timers')).not.toContain(`approval:${id}.0`);
    await raise(id, 2);
    expect(Object.keys(await stage.cascade())).toEqual(['a']);
  });
});

describe('tasks that wait for what others reserved', () => {
  it('go as soon as it is enough for them, whatever stands before them', async () => {
    const large = Array.from({ length: 20 }, (_, at) => paid(`large${at}`, 9));
    const { id, granted } = await stage.begin([paid('a', 5), paid('b', 1), ...large, paid('small', 4)], {
      budgetMicroUsd: 9 * usd,
    });
    expect(Object.keys(granted)).toEqual(['a', 'b']);
    expect(await stage.task(id, 'm')).toMatchObject({ state: 'deferred', waiting: ['budget-reserved', id] });
    expect(Object.keys(await stage.settle(outcome(granted['a']!, spent(0))))).toEqual(['small']);
  });

  it('are left alone by what frees nothing', async () => {
    const { granted } = await stage.begin([paid('a', 1), paid('b', 1), echo('free')], { budgetMicroUsd: usd });
    await stage.settle(outcome(granted['free']!));
    expect(await stage.members('cascade')).toEqual([]);
    expect(Object.keys(await stage.settle(outcome(granted['a']!, spent(0))))).toEqual(['b']);
  });

  it('are looked at when a pause is over in which it was freed', async () => {
    const { id, granted } = await stage.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: usd });
    await stage.store.pause(id, 'tester');
    expect(await stage.settle(outcome(granted['a']!, spent(0)))).toEqual({});
    await stage.store.resume(id, 'tester');
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
  });
});

describe('a task that its budget is to refuse', () => {
  it('goes when the budget was raised in the meantime', async () => {
    const id = await stage.accept([paid('a', 2)], { budgetMicroUsd: usd, terms: '{"onBudget":"fail"}' });
    expect((await stage.start(id)).cascades).toBeGreaterThan(0);
    await raise(id, 2);
    expect(Object.keys(await stage.cascade())).toEqual(['a']);
  });
});

describe('an attempt that is taken back at the end of its time', () => {
  it('leaves no reservation behind, and takes none twice', async () => {
    await grantTenant({ maxScore: 100, untilMs: Date.now() + 60_000, by: 'ann' });
    const { id, granted } = await stage.begin([paid('a', 1)], { budgetMicroUsd: usd });
    await stage.letTtlPass(id);
    const risk = { score: 10, factors: [], reasons: ['it is'] };
    await stage.redis.hset(stage.keys.grants(0, 'local'), 'test.paid.0', '{"maxScore":100,"by":"ann"}');
    await stage.attempts.settle([outcome(granted['a']!, { verdict: 'approval', detail: { started: false, risk } })]);
    let more = await stage.store.expire(id);
    while (more) more = await stage.store.closeChunk(id);
    expect(await stage.counters(id, 'reservedMicroUsd', 'chargedMicroUsd')).toEqual({
      reservedMicroUsd: 0,
      chargedMicroUsd: 0,
    });
  });
});

describe('a condition that nobody looked at', () => {
  it('is off the list when its directive is cancelled, or when the answer comes too late', async () => {
    const { id } = await stage.begin([echo('a', [], { when: 'true' })]);
    expect(await stage.members('expand')).toEqual([`${id}.0`]);
    await stage.run('cancel-directive', id, 10);
    expect(await stage.members('expand')).toEqual([]);
    await stage.redis.zadd(stage.keys.expand(0), 1, `${id}.0`);
    await stage.attempts.passCondition(id, '0', true);
    expect(await stage.members('expand')).toEqual([]);
    await stage.redis.zadd(stage.keys.expand(0), 1, `${id}.0`);
    await stage.attempts.refuseTask(id, '0', 'X', 'y');
    expect(await stage.members('expand')).toEqual([]);
  });
});
