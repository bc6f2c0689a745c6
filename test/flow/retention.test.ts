import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpFront, eventually } from './http-front-bed.js';
import { RunningRetention } from './retention-bed.js';

let front: HttpFront;
let retention: RunningRetention;

beforeAll(async () => {
  front = await HttpFront.open({
    COC_SHARDS: '2',
    COC_TENANTS: JSON.stringify({ '*': { maxCostUsdPerDay: 1_000, maxConcurrentDirectives: 500 } }),
  });
  retention = new RunningRetention(front);
  await retention.serve();
});

afterAll(async () => front.close());

/** A submission of each kind, and what is done to it; `at` makes names its own. */
const kinds: Record<string, (at: number) => Promise<string>> = {
  'a chain with logs': async () =>
    front.submit({
      tasks: [
        { id: 'a', action: 'test.talk' },
        { id: 'b', action: 'test.talk', dependsOn: ['a'] },
      ],
    }),
  'a fan-out and its join': async () =>
    front.submit({
      tasks: [
        { id: 'each', action: 'test.echo', forEach: { items: [1, 2, 3, 4, 5] }, input: { $item: '' } },
        { id: 'join', action: 'test.echo', input: { $task: 'each' }, dependsOn: ['each'] },
      ],
    }),
  'a plan of 150 tasks': async () =>
    front.submit({ tasks: Array.from({ length: 150 }, (_, at) => ({ id: `t${at}`, action: 'test.echo', input: at })) }),
  'one with artifacts': async () => front.submit({ tasks: [{ id: 'a', action: 'test.files' }] }),
  'one that is tried again': async () =>
    front.submit({ tasks: [{ id: 'a', action: 'test.second', retryDelayMs: 1, maxRetries: 2 }] }),
  'one that fails, with a task that is skipped': async () =>
    front.submit({
      tasks: [
        { id: 'a', action: 'test.fails', maxRetries: 0 },
        { id: 'b', action: 'test.echo', dependsOn: ['a'] },
      ],
    }),
  'one that is approved': async () => retention.answered('approve'),
  'one that is denied': async () => retention.answered('deny'),
  'one that is cancelled while it waits': async () => retention.cancelled([{ id: 'a', action: 'test.risky' }]),
  'one that is cancelled at work': async () => retention.cancelled([{ id: 'a', action: 'test.waits' }]),
  'one that expires': async () => front.submit({ tasks: [{ id: 'a', action: 'test.risky' }], ttlMs: 1_000 }),
  'one with a ref': async (at) => front.submit({ tasks: [{ id: 'a', action: 'test.echo' }], ref: `ref-${at}` }),
  'one with an Idempotency-Key': async (at) =>
    front.submit({ tasks: [{ id: 'a', action: 'test.echo' }] }, { 'idempotency-key': `key-${at}` }),
  'one with a budget': async () =>
    front.submit({
      tasks: [
        { id: 'a', action: 'test.paid' },
        { id: 'b', action: 'test.paid' },
      ],
      budget: { maxCostUsd: 1 },
    }),
  'one under a key and a rate': async (at) =>
    front.submit({
      tasks: ['a', 'b'].map((id) => ({ id, action: 'test.rated', concurrency: { key: `k${at % 2}`, limit: 1 } })),
    }),
};

async function runAll(from: number, to: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = from; at < to; at += 1) {
    ids.push(...(await Promise.all(Object.values(kinds).map(async (submit) => submit(at)))));
  }
  for (const id of ids) await front.rooms.finished(id);
  return ids;
}

describe('directives whose retention is over', () => {
  it('of every kind leave nothing, and the memory is what it was', async () => {
    const before = await retention.keys();
    await retention.atWork();
    await runAll(0, 8);
    await retention.sweepAll();
    const memory = await retention.memory();
    await retention.atWork();
    const ids = await runAll(8, 16);
    const most = await retention.memory();
    await retention.sweepAll();
    expect((await retention.keys()).filter((key) => !before.includes(key))).toEqual([]);
    for (const id of ids) expect((await front.call('GET', `/directives/${id}`)).status).toBe(404);
    expect(await front.get('/directives?limit=10')).toEqual({ items: [], nextCursor: null });
    const left = await retention.memory();
    expect(most).toBeGreaterThan(memory * 1.2);
    expect(left).toBeLessThan(memory * 1.05);
  });

  it('take with them what they left outside of Redis, once their record is out of sight', async () => {
    await retention.atWork();
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.files' }], ref: 'with-files' });
    await front.rooms.finished(id);
    const removed: string[] = [];
    await retention.sweepAll({
      removeAll: async (tenant, directiveId) => {
        removed.push(`${tenant} ${directiveId} ${(await front.call('GET', `/directives/${directiveId}`)).status}`);
      },
    });
    expect(removed).toEqual([`local ${id} 404`]);
    expect(await front.rooms.redis.exists(front.rooms.keys.ref('local', 'with-files'))).toBe(0);
  });

  it('are remembered by their Idempotency-Key for its day', async () => {
    await retention.atWork();
    const body = { tasks: [{ id: 'a', action: 'test.echo' }] };
    const headers = { 'idempotency-key': 'remembered' };
    const id = await front.submit(body, headers);
    await front.rooms.finished(id);
    await retention.sweepAll();
    expect(await front.submit(body, headers)).toBe(id);
    expect((await front.call('GET', `/directives/${id}`)).status).toBe(404);
    expect((await front.refusal('POST', '/directives', { ...body, title: 'other' }, headers)).code).toBe(
      'IDEMPOTENCY_MISMATCH',
    );
  });

  it('stay until the recorder has their events', async () => {
    await retention.atWork();
    const { redis, keys } = front.rooms;
    for (const shard of [0, 1]) await redis.set(keys.recorded(shard), '0-1');
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }] });
    await front.rooms.finished(id);
    const executor = await retention.startSweeping();
    await retention.rounds(executor, 3);
    expect((await front.call('GET', `/directives/${id}`)).status).toBe(200);
    for (const shard of [0, 1]) await redis.set(keys.recorded(shard), `${Date.now() + 60_000}-0`);
    await eventually(
      async () => (await front.call('GET', `/directives/${id}`)).status,
      (status) => status === 404,
    );
    await retention.stop();
    for (const shard of [0, 1]) await redis.del(keys.recorded(shard));
  });

  it('stay while they wait, however old they are, and hide none that is over behind them', async () => {
    await retention.atWork();
    const waiting = await Promise.all(
      Array.from({ length: 3 }, async () => front.submit({ tasks: [{ id: 'a', action: 'test.risky' }] })),
    );
    const over = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }] });
    await front.rooms.finished(over);
    const executor = await retention.startSweeping();
    await eventually(
      async () => (await front.call('GET', `/directives/${over}`)).status,
      (status) => status === 404,
    );
    await retention.rounds(executor, 2);
    for (const id of waiting) expect((await front.directive(id)).state).toBe('RUNNING');
    await retention.stop();
    for (const id of waiting) await front.call('POST', `/directives/${id}/cancel`);
  });
});
