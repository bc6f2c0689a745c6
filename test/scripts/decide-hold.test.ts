import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HoldReader, HoldStore, LedgerReader, DirectiveReader, ScriptRunner, type HoldDecision } from '#libs/state';
import type { TaskSpec } from '#libs/contracts';
import { echo, failure, outcome, queue } from './orders.js';
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

function risky(id: string, dependsOn: string[] = []): TaskSpec {
  return { id, action: 'test.risky', dependsOn };
}

async function since(id: string, index: string): Promise<number> {
  return (await stage.task(id, index))!['since'] as number;
}

async function decide(id: string, index: string, decision: Partial<HoldDecision> = {}): Promise<void> {
  const place = { directiveId: id, taskIndex: Number.parseInt(index, 36), sinceMs: await since(id, index) };
  await holds.decide(place, { decision: 'approve', by: 'ann', comment: '', ...decision });
}

/** As if it had been asked long ago. */
async function letAnswerTimePass(id: string, index: string): Promise<void> {
  const asked = { ...(await question(id, index)), expiresAt: 1 };
  await stage.redis.hset(stage.keys.tasks(id), `${index}:approval`, JSON.stringify(asked));
  await stage.redis.zadd(stage.keys.timers(0), 1, `approval:${id}.${index}`);
}

async function question(id: string, index: string): Promise<Record<string, unknown>> {
  const text = await stage.redis.hget(stage.keys.tasks(id), `${index}:approval`);
  return JSON.parse(text ?? 'null') as Record<string, unknown>;
}

async function waiting(): Promise<string[]> {
  return stage.redis.zrange(stage.keys.holds(0, 'local'), '0', '-1');
}

describe('a question', () => {
  it('is on record with its reasons, and nothing is granted', async () => {
    const { id, granted } = await stage.begin([risky('a')]);
    expect(granted).toEqual({});
    expect(await stage.task(id, '0')).toMatchObject({ state: 'held', waiting: ['approval', 'a'] });
    expect(await question(id, '0')).toMatchObject({ state: 'pending', risk: { score: expect.any(Number) } });
    const { data } = (await stage.events(id)).at(-1)!;
    expect(data).toMatchObject({ kind: 'approval', score: expect.any(Number), reasons: expect.any(Array) });
    expect(await waiting()).toEqual([`${id}.0`]);
  });

  it('answered with yes lets the task go, marked as approved', async () => {
    const { id } = await stage.begin([risky('a')]);
    await decide(id, '0', { comment: 'go', digest: 'd'.repeat(64) });
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect(await stage.cascade()).toMatchObject({ a: { isApproved: true, attempt: 1 } });
    expect(await question(id, '0')).toMatchObject({ state: 'approved', by: 'ann', comment: 'go' });
    expect((await stage.story(id)).slice(-3)).toEqual(['task.held a', 'task.approved a', 'task.queued a']);
    expect(await waiting()).toEqual([]);
  });

  it('answered with no fails the task and skips what depends on it', async () => {
    const { id } = await stage.begin([risky('a'), echo('b', ['a'])]);
    await decide(id, '0', { decision: 'deny', comment: 'too risky' });
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', errorCode: 'APPROVAL_DENIED' });
    expect((await stage.story(id)).slice(-4)).toEqual([
      'task.denied a',
      'task.failed a',
      'task.skipped b',
      'directive.failed',
    ]);
    expect(await stage.leftovers(id)).toEqual({});
  });

  it.each<[string, Partial<HoldDecision>]>([
    ['twice', {}],
    ['otherwise', { decision: 'deny' }],
    ['as something else', { decision: 'retry' }],
  ])('answered %s is late', async (_, second) => {
    const { id } = await stage.begin([risky('a')]);
    const at = await since(id, '0');
    await decide(id, '0');
    const before = await stage.keyspace();
    const place = { directiveId: id, taskIndex: 0, sinceMs: at };
    const again = holds.decide(place, { decision: 'approve', by: 'bob', comment: '', ...second });
    await expect(again).rejects.toMatchObject({ code: 'HOLD_ENDED' });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('of another time, another task or another directive changes nothing', async () => {
    const { id } = await stage.begin([risky('a')]);
    const decision = { decision: 'approve', by: 'ann', comment: '' } as const;
    const old = holds.decide({ directiveId: id, taskIndex: 0, sinceMs: 1 }, decision);
    await expect(old).rejects.toMatchObject({ code: 'HOLD_ENDED' });
    const none = holds.decide({ directiveId: id, taskIndex: 7, sinceMs: 1 }, decision);
    await expect(none).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that nobody answers in time is named by the timers', async () => {
    const id = await stage.accept([risky('a')]);
    const control = JSON.parse((await stage.redis.hget(stage.keys.plan(id), '0'))!) as object;
    await stage.redis.hset(stage.keys.plan(id), '0', JSON.stringify({ ...control, approvalTtlMs: 1_000 }));
    await stage.start(id);
    const { expiresAt, requestedAt } = await question(id, '0');
    expect(Number(expiresAt) - Number(requestedAt)).toBe(1_000);
    expect(await stage.members('timers')).toContain(`approval:${id}.0`);
    await expect(decide(id, '0', { decision: 'deny', by: 'executor', isExpired: true })).rejects.toMatchObject({
      code: 'HOLD_ENDED',
    });
    await letAnswerTimePass(id, '0');
    await expect(decide(id, '0')).rejects.toMatchObject({ code: 'HOLD_ENDED' });
    const { unanswered } = await stage.attempts.fireTimers(0, 10);
    expect(unanswered).toEqual([{ directiveId: id, index: '0' }]);
    await decide(id, '0', { decision: 'deny', by: 'executor', isExpired: true });
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', errorCode: 'APPROVAL_EXPIRED' });
    expect(await question(id, '0')).toMatchObject({ state: 'expired' });
    expect(await stage.members('timers')).toEqual([]);
  });

  it('goes with its directive', async () => {
    const { id } = await stage.begin([risky('a')]);
    await stage.store.cancel(id);
    expect(await waiting()).toEqual([]);
    await expect(decide(id, '0')).rejects.toMatchObject({ code: 'HOLD_ENDED' });
  });

  it('waits for the resume of a paused directive', async () => {
    const { id } = await stage.begin([risky('a'), echo('b')]);
    await stage.store.pause(id, 'ann');
    await decide(id, '0');
    expect(await stage.cascade()).toEqual({});
    await stage.store.resume(id, 'ann');
    expect(Object.keys(await stage.cascade())).toEqual(['a']);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([risky('a')]);
    const at = await since(id, '0');
    const call = async () => stage.run('decide-hold', id, '0', at, 'approve', '{"by":"ann","comment":""}', '', '');
    await expectNothingWritten(stage, guardedKeys(stage, id, stage.keys.holds(0, 'local')), call);
  });
});

describe('a grant', () => {
  it('of the directive lets others of the same action go', async () => {
    const { id } = await stage.begin([risky('a'), risky('b', ['a'])]);
    await decide(id, '0', { scope: 'directive', maxScore: 100 });
    const { a } = await stage.cascade();
    expect(Object.keys(await stage.settle(outcome(a!)))).toEqual(['b']);
  });

  it('does not reach what is riskier than what was seen', async () => {
    const { id } = await stage.begin([risky('a'), risky('b', ['a'])]);
    await decide(id, '0', { scope: 'directive', maxScore: 1 });
    const { a } = await stage.cascade();
    expect(await stage.settle(outcome(a!))).toEqual({});
  });

  it.each([
    ['still holds', 60_000, ['a']],
    ['is over', -1, []],
  ])('of a tenant that %s', async (_, ms, going) => {
    const grant = JSON.stringify({ maxScore: 100, untilMs: Date.now() + ms, by: 'ann' });
    await stage.redis.hset(stage.keys.grants(0, 'local'), 'test.risky.0', grant);
    const { granted } = await stage.begin([risky('a')]);
    expect(Object.keys(granted)).toEqual(going);
  });
});

describe('an attempt whose input turned out to be risky', () => {
  const risk = { score: 80, factors: [{ factor: 'pattern', points: 70, detail: 'rm -rf /' }], reasons: ['80 of 60'] };

  it('is taken back: nothing is charged, its number is free again, and a human is asked', async () => {
    const { id, granted } = await stage.begin([echo('a')], { budgetMicroUsd: usd });
    await stage.settle({ ...outcome(granted['a']!), verdict: 'approval', detail: { started: false, risk } });
    expect(await stage.task(id, '0')).toMatchObject({ state: 'held', attempt: 0, waiting: ['approval', 'a'] });
    expect(await stage.counters(id, 'reservedMicroUsd', 'chargedMicroUsd')).toEqual({
      reservedMicroUsd: 0,
      chargedMicroUsd: 0,
    });
    expect(await stage.inflight(queue)).toEqual([]);
    await decide(id, '0');
    expect(await stage.cascade()).toMatchObject({ a: { attempt: 1, isApproved: true } });
  });

  it('goes at once where a grant covers it, under another fence', async () => {
    const grant = JSON.stringify({ maxScore: 100, untilMs: Date.now() + 60_000, by: 'ann' });
    await stage.redis.hset(stage.keys.grants(0, 'local'), queue, grant);
    const { granted } = await stage.begin([echo('a')]);
    const asked = { ...outcome(granted['a']!), verdict: 'approval' as const, detail: { started: false, risk } };
    const { a } = await stage.settle(asked);
    expect(a).toMatchObject({ attempt: 1, isApproved: true });
    expect(a!.nonce).not.toBe(granted['a']!.nonce);
  });
});

describe('a task whose effect nobody knows', () => {
  const lost = async (): Promise<string> => {
    const { id, granted } = await stage.begin([
      { id: 'a', action: 'test.once', budget: { maxCostUsd: 0 } },
      echo('b', ['a']),
    ]);
    await stage.settle({ ...failure(granted['a']!, { costMicroUsd: 5 }), verdict: 'hold' });
    expect(await waiting()).toEqual([`${id}.0`]);
    return id;
  };

  it('runs again when a human says so', async () => {
    const id = await lost();
    await decide(id, '0', { decision: 'retry' });
    expect(await stage.cascade()).toMatchObject({ a: { attempt: 2 } });
  });

  it('is complete with the output a human gives, and what depends on it goes on', async () => {
    const id = await lost();
    await decide(id, '0', { decision: 'complete', text: '{"sent":true}' });
    expect(Object.keys(await stage.cascade())).toEqual(['b']);
    expect(await stage.redis.hget(stage.keys.tasks(id), '0:output')).toBe('{"sent":true}');
    expect(await stage.task(id, '0')).toMatchObject({ state: 'succeeded' });
  });

  it('fails when a human says so', async () => {
    const id = await lost();
    await decide(id, '0', { decision: 'fail', comment: 'give up' });
    await stage.cascade();
    expect(await stage.record(id)).toMatchObject({ state: 'FAILED', errorCode: 'BROKE' });
  });

  it('is not approved, nor completed without an output', async () => {
    const id = await lost();
    await expect(decide(id, '0')).rejects.toMatchObject({ code: 'HOLD_ENDED' });
    await expect(decide(id, '0', { decision: 'complete' })).rejects.toThrow('an output is needed');
  });

  it('has its charge in the ledger', async () => {
    const id = await lost();
    const reader = new DirectiveReader(stage.redis, stage.keys, { shards: 1, payloads: stage.payloads });
    const ledger = await new LedgerReader(stage.redis, stage.keys, reader).of('local', id);
    expect(ledger!.lines).toMatchObject([{ task: 'a', attempt: 1, event: 'task.held', costUsd: 0.000005 }]);
    expect(ledger!.chargedUsd).toBe(0.000005);
  });
});

describe('the reader of holds', () => {
  it('lists the longest wait first, in pages, and shows nothing of another tenant', async () => {
    const reader = new HoldReader(stage.redis, stage.keys, 1, stage.payloads);
    const ids: string[] = [];
    for (const tenant of ['local', 'local', 'other', 'local'])
      ids.push((await stage.begin([risky('a')], { tenant })).id);
    const first = await reader.list('local', { limit: 2 });
    const rest = await reader.list('local', { limit: 2, cursor: first.nextCursor! });
    const seen = [...first.items, ...rest.items].map(({ directiveId }) => directiveId);
    expect(new Set(seen)).toEqual(new Set([ids[0], ids[1], ids[3]]));
    expect(rest.nextCursor).toBeNull();
    expect(await reader.find('local', `${ids[2]}.0`)).toBeUndefined();
    expect(await reader.find('other', `${ids[2]}.0`)).toMatchObject({ view: { kind: 'approval', task: 'a' } });
  });
});
