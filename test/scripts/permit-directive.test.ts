import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskSpec } from '#libs/contracts';
import { HoldStore, ScriptRunner, type Dispatch, type Followup, type GivenPermit, type PermitOrder } from '#libs/state';
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

async function ask(order: PermitOrder): Promise<GivenPermit[]> {
  const answer = await stage.permits.take(order);
  return answer.result === 'granted' ? [{ ...order, ...answer }] : [];
}

/** Carries all that is filed to the home slot and back, as an executor does. Answers what was granted, as `<directive> <task>`. */
async function carry(): Promise<string[]> {
  const granted: Dispatch[] = [];
  const { orders } = await stage.permits.due(0, -1_000);
  // Returns first, as the clerk has them.
  for (const order of orders.toSorted((left, right) => (left.word > right.word ? -1 : 1))) {
    const given = order.word === 'back' ? await stage.permits.giveBack(order, order.max) : await ask(order);
    if (order.word === 'back' || given.length > 0) await stage.permits.strike(0, order);
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

describe('money of the day', () => {
  it('that a task of the directive left is for the next of its own', async () => {
    const id = await stage.accept([paid('a', 2), paid('b', 2)], { terms: threeADay });
    await stage.start(id);
    expect(await carry()).toEqual([`${id} a`]);
    expect(await carry()).toEqual([]);
    expect(Object.keys(await stage.settle(outcome(live[0]!, spent(0))))).toEqual(['b']);
  });

  it('is for a small task when it is not enough for a large one', async () => {
    const other = await stage.accept([paid('a', 1)], { terms: threeADay });
    await stage.start(other);
    expect(await carry()).toEqual([`${other} a`]);
    const id = await stage.accept([paid('big', 3), paid('small', 1)], { terms: threeADay });
    await stage.start(id);
    expect(await carry()).toEqual([`${id} small`]);
  });

  it('is drawn for many at once', async () => {
    const wide = bed.stage(1_000);
    stage = wide;
    const tasks = Array.from({ length: 200 }, (_, at) => paid(`t${at}`, 0.01));
    const id = await wide.accept(tasks, { terms: threeADay });
    await wide.start(id);
    await wide.cascade();
    let rounds = 0;
    while (live.length < 200 && rounds < 20) {
      rounds += 1;
      await carry();
      live.push(...Object.values(await wide.cascade()));
    }
    expect(rounds).toBeLessThan(6);
    expect(await limits(id)).toMatchObject({ drawn: 2 * usd });
  });

  it('knows at once of what was spent beyond a grant, also by what was to cost nothing', async () => {
    const first = await stage.accept([echo('free'), paid('b', 1)], { terms: threeADay });
    const { dispatched } = await stage.start(first);
    await stage.settle(outcome(dispatched[0]!, spent(3 * usd)));
    expect(await carry()).toEqual([]);
    const second = await stage.accept([paid('a', 1)], { terms: threeADay });
    await stage.start(second);
    expect(await carry()).toEqual([]);
    expect(await stage.record(first)).toMatchObject({ state: 'RUNNING' });
  });

  it('that was drawn on a day nobody remembers any more is not today’s', async () => {
    const id = await stage.accept([paid('a', 2), paid('b', 1, ['a'])], { terms: threeADay });
    await stage.start(id);
    await carry();
    await stage.settle(outcome(live[0]!, spent(2 * usd)));
    const [spentToday] = await stage.redis.keys(`${stage.keys.tenant('local')}:spent:*`);
    await stage.redis.del(spentToday!);
    await carry();
    await stage.settle(outcome(live[1]!, spent(usd)));
    expect(await stage.record(id)).toMatchObject({ state: 'COMPLETED' });
    await carry();
    expect(await stage.redis.hget(spentToday!, 'total')).toBe(String(usd));
  });
});

describe('a directive at work', () => {
  it('keeps its place between its tasks: while one asks for a permit, or a list is about to be spread', async () => {
    const first = await stage.accept([echo('a'), echo('b', ['a'], { concurrency: { key: 'k', limit: 9 } })], {
      terms: oneAtOnce,
    });
    const second = await stage.accept([echo('a'), echo('b', ['a'], { forEach: { items: [1, 2], maxItems: 10 } })], {
      terms: oneAtOnce,
    });
    for (const id of [first, second]) await stage.start(id);
    expect(await carry()).toEqual([`${first} a`]);
    await stage.settle(outcome(live[0]!));
    expect(await limits(first)).toMatchObject({ slot: 'held', busy: 1 });
    expect(await carry()).toEqual([]);
    await stage.run('cancel-directive', first, 10);
    expect([...(await carry()), ...(await carry())]).toContain(`${second} a`);
    await stage.settle(outcome(live.at(-1)!));
    expect(await stage.members('expand')).toHaveLength(1);
    expect(await limits(second)).toMatchObject({ slot: 'held', busy: 1 });
  });

  it('gives its place back when all it has waits for money of the day', async () => {
    const terms = `{"slots":1,"dayMicroUsd":${usd}}`;
    const spender = await stage.accept([paid('a', 1)], { terms: `{"dayMicroUsd":${usd}}` });
    await stage.start(spender);
    await carry();
    const first = await stage.accept([paid('a', 1)], { terms });
    const second = await stage.accept([echo('a')], { terms });
    for (const id of [first, second]) await stage.start(id);
    await carry();
    await carry();
    expect(live.map(({ directiveId }) => directiveId)).toContain(second);
    expect(await stage.task(first, '0')).toMatchObject({ state: 'deferred', waiting: ['tenant-budget', 'local'] });
  });

  it('that comes back is counted, whoever stands in line', async () => {
    const first = await stage.accept([{ id: 'a', action: 'test.risky' }], { terms: oneAtOnce });
    const [second, third] = [
      await stage.accept([echo('a')], { terms: oneAtOnce }),
      await stage.accept([echo('a')], { terms: oneAtOnce }),
    ];
    for (const id of [first, second, third]) await stage.start(id);
    await carry();
    expect(await carry()).toEqual([`${second} a`]);
    const since = (await stage.task(first, '0'))!['since'] as number;
    await new HoldStore(new ScriptRunner(stage.redis), stage.keys).decide(
      { directiveId: first, taskIndex: 0, sinceMs: since },
      { decision: 'approve', by: 'ann', comment: '' },
    );
    const [back] = Object.values(await stage.cascade());
    await carry();
    await stage.settle(outcome(live[0]!));
    expect(await carry()).toEqual([]);
    await stage.settle(outcome(back!));
    expect(await carry()).toEqual([`${third} a`]);
  });
});

describe('after a second look', () => {
  const wide = (held: TaskSpec): TaskSpec[] => [
    echo('a'),
    held,
    ...Array.from({ length: 70 }, (_, at) => echo(`t${at}`, ['a', held.id])),
  ];

  it('a place goes back also when the last chunk of dependents readies nobody', async () => {
    const first = await stage.accept(wide({ id: 'h', action: 'test.risky' }), { terms: oneAtOnce });
    const second = await stage.accept([echo('a')], { terms: oneAtOnce });
    for (const id of [first, second]) await stage.start(id);
    expect(await carry()).toEqual([`${first} a`]);
    await stage.settle(outcome(live[0]!));
    await stage.cascade();
    expect([...(await carry()), ...(await carry())]).toEqual([`${second} a`]);
  });

  it('money that was granted and not told before the end is back in the day', async () => {
    const id = await stage.accept([paid('a', 2)], { terms: threeADay });
    await stage.start(id);
    const [order] = (await stage.permits.due(0, -1_000)).orders;
    const [given] = await ask(order!);
    await stage.run('cancel-directive', id, 10);
    expect(await stage.attempts.permitDirective(given!)).toBe('stale');
    await carry();
    const [day] = await stage.redis.keys(`${stage.keys.tenant('local')}:spent:*`);
    expect(await stage.redis.hget(day!, 'total')).toBe('0');
  });

  it('no more is drawn than the directive may spend itself', async () => {
    const tasks = Array.from({ length: 5 }, (_, at) => paid(`t${at}`, 1));
    const small = await stage.accept(tasks, { budgetMicroUsd: usd, terms: threeADay });
    const other = await stage.accept([paid('a', 1)], { terms: threeADay });
    for (const id of [small, other]) await stage.start(id);
    await carry();
    await carry();
    expect(live.map(({ directiveId }) => directiveId)).toContain(other);
  });

  it('a draw that is not needed any more is withdrawn', async () => {
    const id = await stage.accept([paid('a', 2), paid('b', 2), { id: 'h', action: 'test.risky' }], {
      terms: threeADay,
    });
    await stage.start(id);
    expect(await carry()).toEqual([`${id} a`]);
    expect(Object.keys(await stage.settle(outcome(live[0]!, spent(0))))).toEqual(['b']);
    await carry();
    expect((await stage.permits.due(0, -3_600_000)).orders).toEqual([]);
    expect(await limits(id)).toMatchObject({ drawn: 2 * usd, wanted: 0 });
  });
});

it('a turn that is given back is for the next who would wait longer, and no two have the same', async () => {
  const turn = async (index: string): Promise<number> => {
    const order = { kind: 'rate', key: 'r', tenant: 'local', max: '1', perMs: '60000' } as const;
    const answer = await stage.permits.take({
      ...order,
      word: 'ask',
      member: '',
      place: { directiveId: 'd0', index, round: '1' },
    });
    return answer.result === 'granted' ? (answer.turnAtMs ?? 0) : Number.NaN;
  };
  const give = async (index: string): Promise<unknown> =>
    stage.permits.giveBack(
      { kind: 'rate', key: 'r', tenant: 'local', place: { directiveId: 'd0', index, round: '1' } },
      '1',
    );
  const [, second, third, fourth] = [await turn('a'), await turn('b'), await turn('c'), await turn('d')];
  await give('b');
  await give('c');
  expect([await turn('e'), await turn('f')]).toEqual([second, third]);
  expect(await turn('g')).toBeGreaterThan(fourth);
});
