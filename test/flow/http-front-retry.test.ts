import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventList, type Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

let front: HttpFront;
let isBroken = true;

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await front.rooms.serve({ name: 'test.risky', effect: 'pure', risk: 'high' }, async ({ input }) => input);
  await front.rooms.serve({ name: 'test.mended', effect: 'pure' }, async ({ input }) => {
    if (isBroken) throw new Error('it is broken');
    return input;
  });
  await front.rooms.startExecutor();
});
afterAll(async () => front.close());

async function retry(id: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await front.call('POST', `/directives/${id}/retry`, undefined, headers);
  expect(answer).toMatchObject({ status: 202, json: { id: expect.any(String) } });
  const { id: again } = answer.json as { id: string };
  expect(answer.headers.get('location')).toBe(`/api/v1/directives/${again}`);
  return again;
}

const large = 'x'.repeat(50_000);
const body: Json = {
  title: 'mend it',
  labels: { team: 'docs' },
  ref: 'the-first',
  priority: 'HIGH',
  budget: { maxCostUsd: 1 },
  ttlMs: 60_000,
  input: { large, list: [1, 2, 3] },
  output: { all: { $task: 'join' } },
  tasks: [
    { id: 'mended', action: 'test.mended', input: { $input: '/large' }, maxRetries: 0 },
    { id: 'own', action: 'test.echo', input: { large }, dependsOn: ['mended'] },
    {
      id: 'each',
      action: 'test.echo',
      forEach: { items: { $input: '/list' } },
      input: { $item: '' },
      dependsOn: ['own'],
    },
    { id: 'join', action: 'test.echo', input: { $task: 'each' } },
  ],
};

describe('a retry', () => {
  it('does again what a directive was asked to do, as a new one that names it', async () => {
    isBroken = true;
    const first = await front.run(body);
    expect(first).toMatchObject({ state: 'FAILED', retryOf: null });
    isBroken = false;
    const id = await retry(first.id, { 'coc-actor': 'kim' });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    const again = await front.directive(id);
    const same = { title: 'mend it', labels: { team: 'docs' }, priority: 'HIGH', kind: 'tasks' };
    expect(again).toMatchObject({ ...same, retryOf: first.id, ref: null, actor: 'kim', budget: { maxCostUsd: 1 } });
    expect(Date.parse(again.expiresAt) - Date.parse(again.createdAt)).toBe(60_000);
    expect(await front.get(`/directives/${id}/output`)).toMatchObject({ output: { all: [1, 2, 3] } });
    const { items } = EventList.parse(await front.get(`/directives/${id}/events`));
    expect(items[0]).toMatchObject({ type: 'directive.accepted', data: { retryOf: first.id } });
    expect(await front.directive(first.id)).toEqual(first);
  });

  it('of one with a fan-out that ran has its children made anew', async () => {
    isBroken = false;
    const { id: first } = await front.run({ ...(body as object), ref: 'another' });
    const second = await retry(first);
    expect(await front.rooms.finished(second)).toBe('COMPLETED');
    expect((await front.directive(second)).planHash).toBe((await front.directive(first)).planHash);
    expect([...(await front.tasks(second)).keys()]).toEqual([...(await front.tasks(first)).keys()]);
    expect((await front.directive(await retry(second))).retryOf).toBe(second);
  });

  it('of an intent has it planned again, and of one that waited for its start begins at once', async () => {
    const { id } = await front.run({ intent: 'do what nobody knows how to do' });
    const again = await retry(id);
    expect(await front.rooms.finished(again)).toBe('FAILED');
    const stopped = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }], start: false });
    await front.call('POST', `/directives/${stopped}/cancel`);
    expect(await front.rooms.finished(await retry(stopped))).toBe('COMPLETED');
  });

  it('asks a human again, also where one gave it another input', async () => {
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.risky', input: { n: 1 } }] });
    await front.rooms.until(id, ({ type }) => type === 'task.held');
    const answer = await front.call('POST', `/approvals/${id}.0/approve`, { input: { n: 2 } }, { 'coc-actor': 'lee' });
    expect(answer.status).toBe(200);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    const again = await retry(id);
    await front.rooms.until(again, ({ type }) => type === 'task.held');
    expect(await front.get(`/approvals/${again}.0`)).toMatchObject({ input: { n: 2 } });
    await front.call('POST', `/directives/${again}/cancel`);
  });

  it('sent twice with one Idempotency-Key is one directive, and the key is of that retry alone', async () => {
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'test.echo' }] });
    const headers = { 'idempotency-key': 'again' };
    const first = await retry(id, headers);
    expect(await retry(id, headers)).toBe(first);
    const other = await front.run({ tasks: [{ id: 'a', action: 'test.echo' }] });
    const problem = problemOf(await front.call('POST', `/directives/${other.id}/retry`, undefined, headers));
    expect(problem).toMatchObject({ status: 422, code: 'IDEMPOTENCY_MISMATCH' });
  });
});

describe('a retry is refused, and nothing stored', () => {
  it('of one that is not final', async () => {
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }], start: false });
    const refusal = await front.refusal('POST', `/directives/${id}/retry`);
    expect(refusal).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL', changed: [] });
    expect(refusal.detail).toContain('PENDING');
  });

  it('of one whose action has gone from the catalog', async () => {
    await front.rooms.serve({ name: 'test.gone', effect: 'pure' }, async () => 'done');
    const gone: Json = { tasks: [{ id: 'a', action: 'test.gone' }] };
    const { id } = await front.run(gone);
    await front.rooms.redis.hdel(front.rooms.keys.catalog(), 'test.gone', 'test.gone@1');
    // The orchestrator reads the catalog again after a moment. A dry plan leaves nothing behind that changes keys meanwhile.
    await eventually(
      async () => (await front.call('POST', '/orchestrator/plan', gone)).status,
      (status) => status === 422,
    );
    const refusal = await front.refusal('POST', `/directives/${id}/retry`);
    expect(refusal).toMatchObject({ status: 422, code: 'ACTION_UNKNOWN', changed: [] });
  });
});
