import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HomeSlots, type HeldPermit } from '#libs/state';
import { echo, outcome } from './orders.js';
import { carry, keyed } from './permits.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
let homes: HomeSlots;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  homes = new HomeSlots(bed.redis, stage.keys);
});
afterAll(async () => bed.close());

const everMs = 9_999_999_999_999;
const everything = { beforeMs: everMs, offset: 0, count: 10 };

async function held(): Promise<HeldPermit[]> {
  const { places } = await homes.places('local', '0', 10);
  return (await Promise.all(places.map(async (place) => homes.holders('local', place, everything)))).flat();
}

async function wanted(): Promise<boolean[]> {
  return Promise.all((await held()).map(async (permit) => homes.isWanted(permit)));
}

describe('places at a home slot', () => {
  it('are known by their key while somebody holds one or waits, and forgotten after', async () => {
    const { granted } = await stage.begin([keyed('a'), echo('b', ['a'])]);
    expect(granted).toEqual({});
    await carry(stage, 0);
    expect((await homes.places('local', '0', 10)).places).toEqual([{ kind: 'concurrency', key: 'db' }]);
    expect(await wanted()).toEqual([true]);
    const [attempt] = await stage.inflight();
    const [directiveId, , , nonce] = attempt!.split('.') as [string, string, string, string];
    await stage.settle(outcome({ directiveId, taskIndex: 0, attempt: 1, nonce }));
    expect(await wanted()).toEqual([false]);
    await carry(stage, 0);
    expect((await homes.places('local', '0', 10)).places).toEqual([]);
  });

  it('are wanted by who asks and was not told yet, and not by an earlier round or a directive that is gone', async () => {
    const { id } = await stage.begin([keyed('a')]);
    const [order] = (await stage.permits.due(0, -everMs)).orders;
    await stage.permits.take(order!);
    expect(await wanted()).toEqual([true]);
    const [permit] = await held();
    expect(await homes.isWanted({ ...permit!, place: { ...permit!.place, round: '0' } })).toBe(false);
    await stage.store.cancel(id);
    expect(await wanted()).toEqual([false]);
    await bed.redis.del(stage.keys.directive(id), stage.keys.tasks(id));
    expect(await wanted()).toEqual([false]);
  });
});

describe('a place among the directives at work', () => {
  it('is wanted as long as the record says so', async () => {
    const { id } = await stage.begin([echo('a')], { terms: '{"slots":1}' });
    const [order] = (await stage.permits.due(0, -everMs)).orders;
    await stage.permits.take(order!);
    expect(await wanted()).toEqual([true]);
    await stage.store.cancel(id);
    expect(await wanted()).toEqual([false]);
  });
});

describe('money of the day', () => {
  const paid = { id: 'a', action: 'test.paid', budget: { maxCostUsd: 1 } };

  it('that was drawn is known by its directive until it is over, and then what is left of it', async () => {
    const { id } = await stage.begin([paid], { terms: '{"dayMicroUsd":3000000}' });
    const [order] = (await stage.permits.due(0, -everMs)).orders;
    const answer = await stage.permits.take(order!);
    if (answer.result !== 'granted') throw new Error(answer.result);
    await stage.attempts.permitDirective({ ...order!, ...answer });
    const today = Math.floor(Date.now() / 86_400_000);
    expect((await homes.drawers('local', today, '0', 10)).ids).toEqual([id]);
    expect(await homes.unspent('local', id)).toBeUndefined();
    await stage.store.cancel(id);
    const left = await homes.unspent('local', id);
    expect(left).toMatchObject({ kind: 'spend', max: '1000000', place: { directiveId: id, index: '', round: '1' } });
    await stage.permits.giveBack(left!, left!.max);
    expect((await homes.drawers('local', today, '0', 10)).ids).toEqual([]);
  });
});
