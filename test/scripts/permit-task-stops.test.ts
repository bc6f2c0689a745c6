import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { HoldStore, ScriptRunner } from '#libs/state';
import { echo, outcome } from './orders.js';
import { filed, given, keyed, rated, tell } from './permits.js';
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

function paid(id: string, maxCostUsd: number): TaskSpec {
  return keyed(id, 5, { action: 'test.paid', budget: { maxCostUsd } });
}

async function wait(id: string, index = '0'): Promise<unknown> {
  return (await stage.task(id, index))!['waiting'];
}

async function stop(id: string, how: string): Promise<void> {
  if (how === 'cancelled') await stage.store.cancel(id);
  else {
    await stage.letTtlPass(id);
    await stage.store.expire(id);
  }
}

describe('a task that is stopped', () => {
  it.each(['cancelled', 'expired'])('by being %s while it asks gives back what it may be given', async (how) => {
    const { id } = await stage.begin([keyed('a'), rated('b')]);
    await stop(id, how);
    expect(await filed(stage)).toEqual(['back 0 1 db', 'back 1 1 test.rated']);
    expect(await stage.task(id, '0')).toMatchObject({ state: how });
    expect(await tell(stage, given(id))).toBe('stale');
    expect(await stage.leftovers(id)).toEqual({});
  });

  it.each(['cancelled', 'expired'])('by being %s while it works gives back its place', async (how) => {
    const { id } = await stage.begin([keyed('a')]);
    await tell(stage, given(id));
    await stop(id, how);
    expect(await filed(stage)).toEqual(['back 0 1 db']);
    expect(await tell(stage, given(id))).toBe('stale');
  });

  it('with a directive that ends in chunks does not go, though its chunk has not come', async () => {
    const { id } = await stage.begin([keyed('a'), keyed('b')]);
    await stage.run('cancel-directive', id, 1);
    expect(await tell(stage, given(id, { index: '1' }))).toBe('stale');
    expect(await filed(stage)).toEqual(['ask 1 1 db', 'back 0 1 db']);
    while (await stage.store.closeChunk(id));
    expect(await filed(stage)).toEqual(['back 0 1 db', 'back 1 1 db']);
  });

  it('by the end of its time, but still asks, does not go', async () => {
    const { id } = await stage.begin([keyed('a')]);
    await stage.letTtlPass(id);
    expect(await tell(stage, given(id))).toEqual([]);
    expect(await stage.inflight()).toEqual([]);
    await stage.store.expire(id);
    expect(await filed(stage)).toEqual(['back 0 1 db']);
  });

  it('by a refusal gives back its place', async () => {
    const { id } = await stage.begin([keyed('a')]);
    await stage.attempts.refuseTask(id, '0', 'ACTION_UNKNOWN', 'gone');
    expect(await filed(stage)).toEqual(['back 0 1 db']);
  });
});

describe('a task of a paused directive', () => {
  async function paused(tasks: TaskSpec[]): Promise<string> {
    const { id } = await stage.begin([echo('first'), ...tasks]);
    await stage.store.pause(id, 'tester');
    return id;
  }

  it('that is given a place parks and gives it back; resumed, it asks anew', async () => {
    const id = await paused([keyed('a')]);
    expect(await tell(stage, given(id, { index: '1' }))).toEqual([]);
    expect(await stage.task(id, '1')).toMatchObject({ state: 'ready', waiting: ['paused', id] });
    expect([await stage.parked(id), await filed(stage)]).toEqual([['1'], ['back 1 1 db']]);
    await stage.store.resume(id, 'tester');
    await stage.cascade();
    expect(await filed(stage)).toEqual(['ask 1 2 db', 'back 1 1 db']);
    expect(await tell(stage, given(id, { index: '1', round: '2' }))).toEqual(['a']);
  });

  it('that stands in the line of its queue with a place gives it back when it is its turn', async () => {
    stage = bed.stage(1);
    const { id, granted } = await stage.begin([echo('first'), keyed('a')]);
    await tell(stage, given(id, { index: '1' }));
    await stage.store.pause(id, 'tester');
    await stage.settle(outcome(granted['first']!));
    await stage.attempts.releaseTasks(0, 'test.echo.0', 10);
    expect([await stage.parked(id), await filed(stage)]).toEqual([['1'], ['back 1 1 db']]);
  });

  it('whose turn comes parks', async () => {
    const id = await paused([rated('a')]);
    await tell(stage, given(id, { index: '1', kind: 'rate', key: 'test.rated', turnAtMs: Date.now() + 60_000 }));
    await stage.redis.zadd(stage.keys.timers(0), 'XX', 1, `permit:${id}.1`);
    expect((await stage.attempts.fireTimers(0, 10)).dispatched).toEqual([]);
    expect(await stage.task(id, '1')).toMatchObject({ state: 'ready', waiting: ['paused', id] });
    await stage.store.resume(id, 'tester');
    await stage.cascade();
    expect(await filed(stage)).toEqual(['ask 1 2 test.rated', 'back 1 1 test.rated']);
  });
});

describe('a task that its budget does not allow any more when it gets its place', () => {
  it('gives it back while others have reserved what it needs, and asks anew when they are done', async () => {
    const { id } = await stage.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: 1.5 * usd });
    const first = await stage.attempts.permitTask(given(id));
    expect(await tell(stage, given(id, { index: '1' }))).toEqual([]);
    expect(await wait(id, '1')).toEqual(['budget-reserved', id]);
    expect(await filed(stage)).toEqual(['back 1 1 db']);
    const [attempt] = first === 'stale' ? [] : first.dispatched;
    await stage.settle(outcome(attempt!, { detail: { started: true, version: '1', costMicroUsd: 0 } }));
    expect(await filed(stage)).toEqual(['ask 1 2 db', 'back 0 1 db', 'back 1 1 db']);
    expect(await tell(stage, given(id, { index: '1', round: '2' }))).toEqual(['b']);
  });

  async function overspend(terms?: string): Promise<string> {
    const { id } = await stage.begin([paid('a', 1), paid('b', 1)], { budgetMicroUsd: 2 * usd });
    if (terms) await stage.redis.hset(stage.keys.directive(id), 'terms', terms);
    const first = await stage.attempts.permitTask(given(id));
    const [attempt] = first === 'stale' ? [] : first.dispatched;
    await stage.settle(outcome(attempt!, { detail: { started: true, version: '1', costMicroUsd: 2 * usd } }));
    await tell(stage, given(id, { index: '1' }));
    return id;
  }

  it('gives it back and is held where a human may raise the budget', async () => {
    const id = await overspend();
    expect(await stage.task(id, '1')).toMatchObject({ state: 'held', waiting: ['budget', id] });
    expect(await filed(stage)).toEqual(['back 0 1 db', 'back 1 1 db']);
    const holds = new HoldStore(new ScriptRunner(stage.redis), stage.keys);
    await holds.raiseBudget(id, { maxMicroUsd: 9 * usd, by: 'ann', comment: '' });
    await stage.cascade();
    expect(await filed(stage)).toContain('ask 1 2 db');
  });

  it('gives it back and fails where nobody is to be asked', async () => {
    const id = await overspend('{"onBudget":"fail"}');
    await stage.cascade();
    expect(await stage.task(id, '1')).toMatchObject({ state: 'failed', code: 'BUDGET_EXCEEDED' });
    expect(await filed(stage)).toEqual(['back 0 1 db', 'back 1 1 db']);
    expect(await stage.leftovers(id)).toEqual({});
  });
});
