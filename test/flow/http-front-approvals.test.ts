import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ActionRecord, GrantList, HoldList, HoldView, type Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

let front: HttpFront;
const seen: Json[] = [];

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  const take = async ({ input }: { input: Json }): Promise<Json> => {
    seen.push(input);
    return input;
  };
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, take);
  const schema = { type: 'object', properties: { to: { type: 'string' } }, additionalProperties: true };
  await front.rooms.serve({ name: 'mail.send', effect: 'once', risk: 'high', network: true, input: schema }, take);
  await front.rooms.serve({ name: 'ai.write', effect: 'pure' }, async ({ input }) =>
    input === 'wild' ? 'rm -rf /' : 'ls',
  );
  await front.rooms.serve({ name: 'code.run', effect: 'pure' }, take);
  await front.rooms.serve({ name: 'paid.ask', effect: 'pure', maxCostUsd: 1 }, async ({ input }) => ({
    output: input,
    usage: { costUsd: 1 },
  }));
  await front.rooms.startExecutor();
});
afterAll(async () => front.close());

const ann = { 'Coc-Actor': 'ann' };
const mail = (to: string, extra: Record<string, Json> = {}): Json => ({
  tasks: [{ id: 'mail', action: 'mail.send', input: { to } }],
  ...extra,
});

/** The one hold of a directive, once it is there. */
async function holdOf(id: string, kind = 'approval'): Promise<HoldView> {
  const list = async (): Promise<HoldView | undefined> =>
    HoldList.parse(await front.get('/approvals?limit=1000')).items.find(
      (hold) => hold.directiveId === id && hold.kind === kind,
    );
  return (await eventually(list, (hold) => hold !== undefined))!;
}

async function answer(
  hold: HoldView,
  word: string,
  body: Json,
  headers = ann,
): Promise<{ status: number; json: Json }> {
  return front.call('POST', `/approvals/${hold.id}/${word}`, body, headers);
}

describe('a task that is too risky to start by itself', () => {
  it('is asked about with what it would do and why, and goes when another says yes', async () => {
    const id = await front.submit(mail('x@example.org'));
    const hold = await holdOf(id);
    expect(hold).toMatchObject({
      task: 'mail',
      action: 'mail.send',
      requestedBy: 'local',
      input: { to: 'x@example.org' },
    });
    expect(hold.risk!.score).toBeGreaterThanOrEqual(60);
    expect(hold.risk!.factors.reduce((sum, { points }) => sum + points, 0)).toBeGreaterThanOrEqual(60);
    expect(hold.risk!.reasons.length).toBeGreaterThan(0);
    const done = await answer(hold, 'approve', { digest: hold.digest, comment: 'go' });
    expect(HoldView.parse(done.json).decision).toMatchObject({ state: 'approved', by: 'ann', comment: 'go' });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(seen).toContainEqual({ to: 'x@example.org' });
  });

  it('is not approved by the one who asked, who may say no', async () => {
    const id = await front.submit(mail('self'));
    const hold = await holdOf(id);
    const path = `/approvals/${hold.id}/approve`;
    expect(await front.refusal('POST', path, {})).toMatchObject({ status: 403, code: 'FORBIDDEN', changed: [] });
    await answer(hold, 'deny', { comment: 'on second thought' }, { 'Coc-Actor': 'local' });
    expect(await front.rooms.finished(id)).toBe('FAILED');
    expect(await front.directive(id)).toMatchObject({ error: { code: 'APPROVAL_DENIED' } });
  });

  it('is answered once, about what was seen, by whoever may', async () => {
    const id = await front.submit(mail('once'));
    const hold = await holdOf(id);
    const refuse = async (word: string, body: Json): Promise<object> =>
      front.refusal('POST', `/approvals/${hold.id}/${word}`, body, ann);
    expect(await refuse('approve', { digest: '0'.repeat(64) })).toMatchObject({
      status: 409,
      code: 'DIGEST_STALE',
      changed: [],
    });
    expect(await refuse('approve', { scope: 'world' })).toMatchObject({
      status: 400,
      code: 'REQUEST_INVALID',
      changed: [],
    });
    expect(await refuse('resolve', { decision: 'retry' })).toMatchObject({ status: 409, changed: [] });
    expect(await refuse('approve', { input: { to: 7 } })).toMatchObject({
      status: 422,
      code: 'INPUT_INVALID',
      pointers: ['/input/to'],
      changed: [],
    });
    await answer(hold, 'approve', {});
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    const second = await front.call('POST', `/approvals/${hold.id}/deny`, {}, ann);
    expect(problemOf(second)).toMatchObject({ status: 409, code: 'HOLD_ENDED' });
    const none = await front.call('POST', `/approvals/${id}.zz/deny`, {}, ann);
    expect(problemOf(none)).toMatchObject({ status: 404 });
  });

  it('may be approved with another input, which is what the worker gets', async () => {
    const id = await front.submit(mail('everybody'));
    const hold = await holdOf(id);
    await answer(hold, 'approve', { input: { to: 'nobody', note: { $task: 'a text' } } });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(seen).toContainEqual({ to: 'nobody', note: { $task: 'a text' } });
    expect(seen).not.toContainEqual({ to: 'everybody' });
  });

  it('goes by a grant for a while, which is listed and revoked', async () => {
    const first = await front.submit(mail('grant'));
    await answer(await holdOf(first), 'approve', { scope: 'action', forMs: 60_000 });
    expect(await front.rooms.finished(first)).toBe('COMPLETED');
    const second = await front.submit(mail('granted'));
    expect(await front.rooms.finished(second)).toBe('COMPLETED');
    const { items } = GrantList.parse(await front.get('/grants'));
    expect(items).toMatchObject([{ action: 'mail.send', by: 'ann' }]);
    expect((await front.call('DELETE', '/grants/mail.send', undefined, ann)).status).toBe(204);
    expect(problemOf(await front.call('DELETE', '/grants/mail.send', undefined, ann))).toMatchObject({ status: 404 });
    await holdOf(await front.submit(mail('not any more')));
  });

  it('fails when nobody answers in time', async () => {
    const id = await front.submit(mail('late', { policies: { approvalTtlMs: 1_500 } }));
    const hold = await holdOf(id);
    expect(Date.parse(hold.expiresAt) - Date.parse(hold.since)).toBe(1_500);
    expect(await front.rooms.finished(id)).toBe('FAILED');
    expect(await front.directive(id)).toMatchObject({ error: { code: 'APPROVAL_EXPIRED' } });
    const view = HoldView.parse(await front.get(`/approvals/${hold.id}`));
    expect(view.decision).toMatchObject({ state: 'expired', by: 'executor' });
  });
});

describe('the policy of a directive', () => {
  const plain = { tasks: [{ id: 'a', action: 'test.echo', input: 1 }] };

  it.each<[string, Json]>([
    ['always', { ...plain, policies: { approval: 'always' } }],
    ['from a low score on', { ...plain, policies: { approval: { threshold: 1 } } }],
    ['where a task asks', { tasks: [{ ...plain.tasks[0], approval: true }], policies: { approval: 'on-request' } }],
    ['when it is critical', { ...plain, priority: 'CRITICAL' }],
  ])('asks %s', async (_, body) => {
    const id = await front.submit(body);
    await answer(await holdOf(id), 'approve', {});
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });

  it('"never" asks nobody', async () => {
    const { state } = await front.run(mail('never', { policies: { approval: 'never' } }));
    expect(state).toBe('COMPLETED');
  });
});

describe('an input that is known at dispatch only', () => {
  const chain = (text: string): Json => ({
    tasks: [
      { id: 'write', action: 'ai.write', input: text },
      { id: 'run', action: 'code.run', input: { command: { $task: 'write' } } },
    ],
  });

  it('is looked at then: a dangerous one is asked about, with what it has become', async () => {
    const id = await front.submit(chain('wild'));
    const hold = await holdOf(id);
    expect(hold).toMatchObject({ task: 'run', input: { command: 'rm -rf /' }, attempt: 0 });
    await answer(hold, 'deny', { comment: 'no' });
    expect(await front.rooms.finished(id)).toBe('FAILED');
    expect(seen).not.toContainEqual({ command: 'rm -rf /' });
  });

  it('that is harmless just goes', async () => {
    expect(await front.run(chain('tame'))).toMatchObject({ state: 'COMPLETED' });
  });
});

describe('the budget of a directive', () => {
  const twice = (extra: Record<string, Json>): Json => ({
    tasks: [
      { id: 'a', action: 'paid.ask', input: 1 },
      { id: 'b', action: 'paid.ask', input: 2, dependsOn: ['a'] },
    ],
    ...extra,
  });

  it('accounts for every cent, holds at its end, and goes on when it is raised', async () => {
    const id = await front.submit(twice({ budget: { maxCostUsd: 1.5, warnAtPercent: 50 } }));
    const hold = await holdOf(id, 'budget');
    const ledger = await front.get(`/directives/${id}/budget`);
    expect(ledger).toMatchObject({ maxCostUsd: 1.5, chargedUsd: 1, reservedUsd: 0, waiting: ['b'] });
    expect(ledger).toMatchObject({ lines: [{ task: 'a', attempt: 1, costUsd: 1, event: 'task.completed' }] });
    const low = await front.refusal('POST', `/directives/${id}/budget`, { maxCostUsd: 0.5 });
    expect(low).toMatchObject({ status: 409, code: 'BUDGET_TOO_LOW', changed: [] });
    expect((await answer(hold, 'approve', {})).status).toBe(409);
    const raised = await front.call('POST', `/directives/${id}/budget`, { maxCostUsd: 3, comment: 'more' });
    expect(raised.status).toBe(200);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(await front.get(`/directives/${id}/budget`)).toMatchObject({ chargedUsd: 2, waiting: [], reservations: [] });
    const told = (await front.rooms.events(id)).map(({ type }) => type);
    expect(told).toContain('directive.budget_warned');
    expect(told).toContain('directive.budget_raised');
  });

  it('fails what it does not allow, where that was asked for', async () => {
    const { state, error } = await front.run(twice({ budget: { maxCostUsd: 1.5, onBudget: 'fail' } }));
    expect([state, error?.code]).toEqual(['FAILED', 'BUDGET_EXCEEDED']);
  });
});

describe('models', () => {
  it('are refused where a level above does not allow them', async () => {
    await front.rooms.catalog.publish(ActionRecord.parse({ name: 'ai.ask', models: ['small', 'large'] }));
    const ask = (task: Record<string, Json>, extra: Record<string, Json> = {}): Json => ({
      tasks: [{ id: 'a', action: 'ai.ask', ...task }],
      ...extra,
    });
    const refuse = async (body: Json): Promise<object> => front.refusal('POST', '/directives', body);
    expect(await refuse(ask({ model: 'huge' }))).toMatchObject({
      code: 'MODEL_NOT_ALLOWED',
      pointers: ['/tasks/0/model'],
    });
    expect(await refuse(ask({ models: ['small', 'large'] }, { models: ['small'] }))).toMatchObject({
      code: 'MODEL_NOT_ALLOWED',
      pointers: ['/tasks/0/models/1'],
    });
    expect(await refuse(ask({}, { models: ['other'] }))).toMatchObject({
      code: 'MODEL_NOT_ALLOWED',
      pointers: ['/tasks/0/action'],
    });
  });
});
