import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadEnv } from '#libs/config';
import type { Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
let gates: PromiseWithResolvers<void>[] = [];

const rules = {
  '*': { maxConcurrentDirectives: 1 },
  local: {
    models: ['small', 'tiny'],
    maxConcurrentDirectives: 2,
    maxCostUsdPerDay: 3,
    rates: { 'mail.send': { limit: 1_000, perMs: 1 } },
  },
};

beforeAll(async () => {
  front = await HttpFront.open({ COC_TENANTS: JSON.stringify(rules), COC_MODELS: 'small,large', COC_SHARDS: '2' });
  const { rooms } = front;
  await rooms.serve({ name: 'test.gate', effect: 'pure' }, async () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
  });
  await rooms.serve({ name: 'mail.send', effect: 'pure' }, async () => 'sent');
  await rooms.serve({ name: 'ai.ask', effect: 'pure', models: ['small', 'tiny', 'large'] }, async () => 'answer');
  await rooms.serve({ name: 'paid.ask', effect: 'pure', maxCostUsd: 2 }, async () => ({
    output: 'answer',
    usage: { costUsd: 1 },
  }));
  await rooms.startExecutor();
});
afterAll(async () => {
  for (const gate of gates) gate.resolve();
  await front.close();
});

const one = (action: string, more: Record<string, Json> = {}): Json => ({ tasks: [{ id: 'a', action, ...more }] });

async function working(count: number): Promise<void> {
  await eventually(
    async () => gates.length,
    (now) => now === count,
  );
}

describe('the rules of a tenant', () => {
  it('allow a model only if the installation, the tenant and the action do', async () => {
    for (const model of ['tiny', 'large', 'huge']) {
      const refusal = await front.refusal('POST', '/directives', one('ai.ask', { model }));
      expect(refusal).toMatchObject({ status: 422, code: 'MODEL_NOT_ALLOWED', pointers: ['/tasks/0/model'] });
      expect(refusal.changed).toEqual([]);
    }
    expect((await front.run(one('ai.ask', { model: 'small' }))).state).toBe('COMPLETED');
  });

  it('let so many directives work at once, and say what the others wait for', async () => {
    gates = [];
    const ids = [];
    for (let at = 0; at < 4; at += 1) ids.push(await front.submit(one('test.gate')));
    await working(2);
    const views = await Promise.all(ids.map(async (id) => front.directive(id)));
    expect(views.map(({ state }) => state).toSorted()).toEqual(['QUEUED', 'QUEUED', 'RUNNING', 'RUNNING']);
    const waiting = views.find(({ state }) => state === 'QUEUED')!;
    expect(waiting.waitingOn).toEqual({ kind: 'directives', ref: 'local' });
    const task = (await front.tasks(waiting.id)).get('a')!;
    expect(task).toMatchObject({ owner: 'executor', waitingOn: { kind: 'directives', ref: 'local' } });
    gates[0]!.resolve();
    await working(3);
    for (const gate of gates) gate.resolve();
    await working(4);
    gates[3]!.resolve();
    for (const id of ids) expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });

  it('do not count a directive that waits for a human', async () => {
    gates = [];
    const asked = one('mail.send', { approval: true });
    const held = [await front.submit(asked), await front.submit(asked), await front.submit(asked)];
    const free = await front.submit(one('test.gate'));
    await working(1);
    gates[0]!.resolve();
    expect(await front.rooms.finished(free)).toBe('COMPLETED');
    for (const id of held) {
      await front.call('POST', `/approvals/${id}.0/approve`, {}, { 'Coc-Actor': 'ann' });
      expect(await front.rooms.finished(id)).toBe('COMPLETED');
    }
  });

  it('keep what all directives of a day spend together, and give back what was not spent', async () => {
    const answer = await front.call('POST', '/directives', one('paid.ask', { budget: { maxCostUsd: 4 } }));
    expect(answer.status).toBe(400);
    expect(JSON.stringify(answer.json)).toContain('/tasks/0/budget/maxCostUsd');
    // Each may spend 2 and spends 1: the second fits when the first has ended, the third may not be sent today.
    for (let at = 0; at < 2; at += 1) expect((await front.run(one('paid.ask'))).state).toBe('COMPLETED');
    const third = await front.submit(one('paid.ask'));
    const waiting = await eventually(
      async () => (await front.tasks(third)).get('a')!,
      ({ waitingOn }) => waitingOn?.kind === 'tenant-budget',
    );
    expect(waiting).toMatchObject({ state: 'deferred', owner: 'executor', waitingOn: { ref: 'local' } });
    expect((await front.run(one('mail.send'))).state).toBe('COMPLETED');
  });
});

it.each(['{', '{"local": {"maxCostUsdPerDay": -1}}', '{"local": {"rate": 1}}', '{"Bad Name": {}}'])(
  'COC_TENANTS refuses %s at the start, by its name',
  (text) => {
    expect(() => loadEnv({ COC_TENANTS: text })).toThrow(/COC_TENANTS/);
  },
);
