import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { duplicateOf, type Redis } from '#libs/redis';
import { AttemptStore, ScriptRunner, type Dispatch } from '#libs/state';
import { outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';

let bed: ScriptBed;
const connections: Redis[] = [];
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => {
  for (const connection of connections) connection.disconnect();
  await bed.close();
});

const usd = 1_000_000;
const releasers = 64;
const budgetUsd = 20;
const queue = 'test.paid.0';

it('64 that release at once never reserve more than the budget, nor spend more', async () => {
  const stage = bed.stage(1);
  const tasks = Array.from({ length: 200 }, (_, at) => ({
    id: `t${at}`,
    action: 'test.paid',
    budget: { maxCostUsd: 1 },
  }));
  const { id, granted } = await stage.begin(tasks, { budgetMicroUsd: budgetUsd * usd });
  await stage.cascade();
  const stores = Array.from({ length: releasers }, () => {
    const connection = duplicateOf(bed.redis);
    connections.push(connection);
    return new AttemptStore(new ScriptRunner(connection), stage.keys, 1_000);
  });
  const live: Dispatch[] = Object.values(granted);
  let spentMicroUsd = 0;
  for (let round = 0; round < 40; round += 1) {
    const released = await Promise.all(stores.map(async (store) => store.releaseTasks(0, queue, 5)));
    live.push(...released.flatMap(({ followup }) => followup.dispatched));
    const money = await stage.counters(id, 'chargedMicroUsd', 'reservedMicroUsd');
    expect(money).toEqual({ chargedMicroUsd: spentMicroUsd, reservedMicroUsd: live.length * usd });
    expect(spentMicroUsd + live.length * usd).toBeLessThanOrEqual(budgetUsd * usd);
    const ended = live.splice(0, Math.ceil(live.length / 2));
    if (ended.length === 0) break;
    const settled = await Promise.all(
      ended.map(async (attempt, at) => {
        const costMicroUsd = ((at * 7 + round * 13) % 100) * 10_000;
        spentMicroUsd += costMicroUsd;
        const detail = { started: true, version: '1', costMicroUsd };
        return stores[at % releasers]!.settle([outcome(attempt, { detail })]);
      }),
    );
    live.push(...settled.flatMap(({ followups }) => followups.flatMap(({ dispatched }) => dispatched)));
  }
  expect(spentMicroUsd).toBeGreaterThan((budgetUsd - 2) * usd);
  const states = await Promise.all(tasks.map(async (_, at) => (await stage.task(id, at.toString(36)))?.['state']));
  expect(states).toContain('held');
});
