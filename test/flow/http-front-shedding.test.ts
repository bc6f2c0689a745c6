import { afterEach, describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;

afterEach(async () => {
  await front.rooms.redis.config('SET', 'maxmemory', '0');
  await front.close();
});

async function open(settings: Record<string, string>): Promise<void> {
  front = await HttpFront.open(settings);
  for (const name of ['test.wide', 'test.other']) {
    await front.call('PUT', `/actions/${name}`, { effect: 'pure' });
  }
}

const one = (action = 'test.wide', extra: Record<string, Json> = {}): Json => ({
  tasks: [{ id: 'a', action }],
  ...extra,
});

const refusals = async (body: Json, status: number) =>
  eventually(
    async () => front.call('POST', '/directives', body),
    (answer) => answer.status === status,
  );

const all = async (): Promise<{ id: string }[]> =>
  (await front.get<{ items: { id: string }[] }>('/directives?limit=200')).items;

describe('a queue that is too long', () => {
  it('sheds what would go into it with 429 and a time to come again, and nothing else', async () => {
    await open({ COC_MAX_QUEUE_DEPTH: '2' });
    await front.rooms.startExecutor();
    const first = { 'idempotency-key': 'first' };
    const id = await front.submit({ tasks: [1, 2, 3].map((at) => ({ id: `t${at}`, action: 'test.wide' })) }, first);
    const refused = await refusals(one(), 429);
    expect(refused.json).toMatchObject({ code: 'QUEUE_TOO_LONG', status: 429 });
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(refused.text).toContain('test.wide.0');
    expect(await front.refusal('POST', '/directives', one())).toMatchObject({ code: 'QUEUE_TOO_LONG', changed: [] });
    expect((await front.call('POST', '/orchestrator/plan', one())).json).toMatchObject({ code: 'QUEUE_TOO_LONG' });

    const again = { tasks: [1, 2, 3].map((at) => ({ id: `t${at}`, action: 'test.wide' })) };
    expect(await front.submit(again, first)).toBe(id);
    expect((await front.call('POST', '/directives', one(), first)).json).toMatchObject({
      code: 'IDEMPOTENCY_MISMATCH',
    });
    expect((await front.call('POST', '/directives', one('test.none'))).json).toMatchObject({ code: 'ACTION_UNKNOWN' });
    await front.submit(one('test.other'));
    expect(
      (await front.call('POST', '/directives', { workflow: 'docs.index', input: { folder: '/nowhere' } })).status,
    ).toBe(429);

    for (const order of ['pause', 'resume', 'cancel']) {
      expect((await front.call('POST', `/directives/${id}/${order}`)).status).toBe(200);
    }
    for (const { id: other } of await all()) await front.call('POST', `/directives/${other}/cancel`);
    await refusals(one(), 202);
  });

  it('also when nobody takes the oldest', async () => {
    await open({ COC_MAX_QUEUE_AGE_MS: '300' });
    await front.rooms.startExecutor();
    await front.submit(one());
    const refused = await refusals(one(), 429);
    expect(refused.json).toMatchObject({ code: 'QUEUE_OVERDUE' });
    await front.submit(one('test.other'));
  });
});

describe('memory that runs short', () => {
  it('sheds with 503 from a share of maxmemory on, and takes more when there is room', async () => {
    await open({ COC_SHED_MEMORY_PERCENT: '50' });
    const { redis } = front.rooms;
    const used = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]);
    const id = await front.submit(one());
    await redis.config('SET', 'maxmemory', String(Math.floor(used * 1.5)));
    const refused = await refusals(one(), 503);
    expect(refused.json).toMatchObject({ code: 'MEMORY_SHORT', status: 503 });
    expect(refused.headers.get('retry-after')).toBe('10');
    expect((await front.call('POST', `/directives/${id}/cancel`)).status).toBe(200);
    await redis.config('SET', 'maxmemory', '0');
    await refusals(one(), 202);
  });

  it('at maxmemory refuses a new directive and still answers one it accepted before', async () => {
    await open({ COC_SHED_MEMORY_PERCENT: '0' });
    const key = { 'idempotency-key': 'k' };
    const id = await front.submit(one(), key);
    await front.rooms.redis.config('SET', 'maxmemory', '1');
    expect(await front.refusal('POST', '/directives', one())).toMatchObject({ code: 'MEMORY_SHORT', changed: [] });
    expect((await front.call('POST', '/directives', one('test.wide', { ref: 'mine' }))).status).toBe(503);
    expect(await front.submit(one(), key)).toBe(id);
    expect((await front.call('GET', '/health/ready')).status).toBe(503);
    expect(await front.directive(id)).toMatchObject({ state: 'QUEUED' });
    expect((await front.call('POST', `/directives/${id}/cancel`)).json).toMatchObject({ state: 'CANCELLED' });
    await front.rooms.redis.config('SET', 'maxmemory', '0');
    await front.submit(one());
  });
});
