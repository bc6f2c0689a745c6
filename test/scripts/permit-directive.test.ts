import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import type { Dispatch, Followup, GivenPermit } from '#libs/state';
import { echo, failure, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
/** What `carry` granted. */
let live: Dispatch[] = [];
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  live = [];
});
afterAll(async () => bed.close());

const usd = 1_000_000;
const oneAtOnce = '{"slots":1}';
const threeADay = `{"dayMicroUsd":${3 * usd}}`;
const paid = (id: string, maxCostUsd: number, dependsOn: string[] = []): TaskSpec => ({
  id,
  action: 'test.paid',
  budget: { maxCostUsd },
  dependsOn,
});
const spent = (costMicroUsd: number) => ({ detail: { started: true, version: '1', costMicroUsd } });

interface Limits {
  slot?: string;
  round: number;
  busy: number;
  drawn: number;
}

async function limits(id: string): Promise<Limits> {
  return JSON.parse((await stage.record(id))['limits']!) as Limits;
}

async function tell(given: GivenPermit): Promise<Followup[]> {
  const answer = await stage.attempts.permitDirective(given);
  if (answer !== 'ok') return [];
  if (given.kind === 'spend') return [await stage.attempts.advanceCascade(0)];
  return [await stage.start(given.place.directiveId)];
}

/** Carries all that is filed to the home slot and back, as an executor does. Answers what was granted, as `<directive> <task>`. */
async function carry(): Promise<string[]> {
  const granted: Dispatch[] = [];
  const { orders } = await stage.permits.due(0, -1_000);
  for (const order of orders) {
    const { place, tenant, kind, key, max } = order;
    const answer = order.word === 'ask' ? await stage.permits.take(order) : { result: 'returned' };
    const given =
      order.word === 'back'
        ? await stage.permits.giveBack(order, max)
        : answer.result === 'granted'
          ? [{ place, tenant, kind, key, turnAtMs: null }]
          : [];
    if (order.word === 'back' || answer.result === 'granted') await stage.permits.strike(0, order);
    for (const one of given) {
      granted.push(...(await tell(one)).flatMap(({ dispatched }) => dispatched));
    }
  }
  live.push(...granted);
  return granted.map(({ directiveId, spec }) => `${directiveId} ${spec.id}`);
}

describe('a tenant that may have one directive at work', () => {
  it('starts the next when the first has ended', async () => {
    const first = await stage.accept([echo('a')], { terms: oneAtOnce });
    const second = await stage.accept([echo('a')], { terms: oneAtOnce });
    for (const id of [first, second]) expect((await stage.start(id)).dispatched).toEqual([]);
    expect(await stage.members('cascade')).toEqual([]);
    expect(await carry()).toEqual([`${first} a`]);
    expect(await carry()).toEqual([]);
    expect(await stage.record(second)).toMatchObject({ state: 'QUEUED' });
    expect(await limits(first)).toMatchObject({ slot: 'held', busy: 1 });
    await stage.settle(outcome(live[0]!));
    expect(await stage.record(first)).toMatchObject({ state: 'COMPLETED' });
    expect(await carry()).toEqual([`${second} a`]);
  });

  it('counts only those with work in flight: one that waits for a human lets the next start', async () => {
    const first = await stage.accept([{ id: 'a', action: 'test.risky' }], { terms: oneAtOnce });
    const second = await stage.accept([echo('a')], { terms: oneAtOnce });
    for (const id of [first, second]) await stage.start(id);
    expect(await carry()).toEqual([]);
    expect(await stage.task(first, '0')).toMatchObject({ state: 'held' });
    expect(await carry()).toEqual([`${second} a`]);
  });

  it('has its place back when the directive is cancelled while it waits or works', async () => {
    const ids = [];
    for (let at = 0; at < 3; at += 1) ids.push(await stage.accept([echo('a')], { terms: oneAtOnce }));
    for (const id of ids) await stage.start(id);
    expect(await carry()).toEqual([`${ids[0]} a`]);
    await stage.run('cancel-directive', ids[1]!, 10);
    await stage.run('cancel-directive', ids[0]!, 10);
    expect(await carry()).toEqual([`${ids[2]} a`]);
  });

  it('starts all roots of a wide plan, and none before its place is there', async () => {
    const wide = bed.stage(1_000);
    stage = wide;
    const id = await wide.accept(
      Array.from({ length: 250 }, (_, at) => echo(`t${at}`)),
      { terms: oneAtOnce },
    );
    await wide.start(id);
    expect(await wide.cascade()).toEqual({});
    const first = await carry();
    expect(first.length + Object.keys(await wide.cascade()).length).toBe(250);
  });
});

describe('a tenant that may spend three USD a day', () => {
  it('lets a directive draw what its tasks may cost, and has back what they did not', async () => {
    const first = await stage.accept([paid('a', 2)], { terms: threeADay });
    const second = await stage.accept([paid('a', 2)], { terms: threeADay });
    for (const id of [first, second]) expect((await stage.start(id)).dispatched).toEqual([]);
    expect(await stage.task(first, '0')).toMatchObject({ state: 'deferred', waiting: ['tenant-budget', 'local'] });
    expect(await carry()).toEqual([`${first} a`]);
    expect(await carry()).toEqual([]);
    await stage.settle(outcome(live[0]!, spent(usd)));
    expect(await stage.record(first)).toMatchObject({ state: 'COMPLETED' });
    expect([...(await carry()), ...(await carry())]).toEqual([`${second} a`]);
  });

  it('never lets its directives spend more than that together, whatever they ask for', async () => {
    const ids = [];
    for (let at = 0; at < 6; at += 1) ids.push(await stage.accept([paid('a', 1)], { terms: threeADay }));
    for (const id of ids) await stage.start(id);
    const granted = [...(await carry()), ...(await carry())];
    expect(granted).toHaveLength(3);
    for (const attempt of live) await stage.settle(failure(attempt));
    expect([...(await carry()), ...(await carry())]).toEqual([]);
  });

  it('draws for a task after the other, and free ones wait for nothing', async () => {
    const id = await stage.accept([paid('a', 1), paid('b', 1, ['a']), echo('free')], { terms: threeADay });
    expect((await stage.start(id)).dispatched.map(({ spec }) => spec.id)).toEqual(['free']);
    expect(await carry()).toEqual([`${id} a`]);
    expect(await stage.settle(outcome(live[0]!, spent(0)))).toMatchObject({ b: { spec: { id: 'b' } } });
    expect(await limits(id)).toMatchObject({ drawn: usd });
  });
});

describe('permit-directive', () => {
  const given = (directiveId: string, round = '1'): GivenPermit => ({
    place: { directiveId, index: '', round },
    tenant: 'local',
    kind: 'directives',
    key: '',
    turnAtMs: null,
  });

  it('knows what it was told, and sends back what it does not want', async () => {
    const id = await stage.accept([echo('a')], { terms: oneAtOnce });
    expect(await stage.attempts.permitDirective(given(id))).toBe('stale');
    await stage.start(id);
    expect(await stage.attempts.permitDirective(given(id, '2'))).toBe('stale');
    expect(await stage.attempts.permitDirective(given(id))).toBe('ok');
    expect(await stage.attempts.permitDirective(given(id))).toBe('known');
    await stage.run('cancel-directive', id, 10);
    expect(await stage.attempts.permitDirective(given(id))).toBe('stale');
    expect(await stage.attempts.permitDirective({ ...given(id), kind: 'spend' })).toBe('stale');
    const plain = await stage.accept([echo('a')]);
    expect(await stage.attempts.permitDirective(given(plain))).toBe('stale');
  });

  it('writes nothing when a key has a wrong type', async () => {
    const id = await stage.accept([echo('a')], { terms: oneAtOnce });
    await stage.start(id);
    await expectNothingWritten(stage, guardedKeys(stage, id), async () => stage.attempts.permitDirective(given(id)));
  });
});
