import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GrantList, HoldList, HoldView, type Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { problemOf, type HttpAnswer } from './http-bed.js';

let front: HttpFront;
const ran: Json[] = [];
const ann = { 'Coc-Actor': 'ann' };
const self = { 'Coc-Actor': 'local' };

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  await front.rooms.serve({ name: 'ai.write', effect: 'pure' }, async ({ input }) =>
    input === 'wild' ? 'rm -rf /' : 'ls',
  );
  await front.rooms.serve({ name: 'code.run', effect: 'pure' }, async ({ input }) => {
    ran.push(input);
    return input;
  });
  await front.rooms.startExecutor();
});
afterAll(async () => front.close());

/** A command that another task writes: nobody knows it when the plan is made. */
const written = (words: string, extra: Record<string, Json> = {}): Json => ({
  tasks: [
    { id: 'write', action: 'ai.write', input: words },
    { id: 'run', action: 'code.run', input: { command: { $task: 'write' }, words }, ...extra },
  ],
});

const commands = (count: number, command: string): Json => ({
  tasks: Array.from({ length: count }, (_, at) => ({
    id: `run${at}`,
    action: 'code.run',
    input: { command, at },
    approval: true,
  })),
});

async function holdsOf(id: string, count: number): Promise<HoldView[]> {
  const list = async (): Promise<HoldView[]> =>
    HoldList.parse(await front.get('/approvals?limit=1000')).items.filter(({ directiveId }) => directiveId === id);
  return eventually(list, (holds) => holds.length === count);
}

async function approve(hold: HoldView | undefined, body: Json, headers = ann): Promise<HttpAnswer> {
  return front.call('POST', `/approvals/${hold!.id}/approve`, body, headers);
}

describe('an input that another task makes', () => {
  it('is asked about with the risk of what would run, also when the task itself asks', async () => {
    const id = await front.submit(written('wild', { approval: true }));
    const [hold] = await holdsOf(id, 1);
    expect(hold!.risk!.score).toBeGreaterThanOrEqual(60);
    expect(hold!.risk!.reasons).toContain('The task asks for approval.');
    expect(hold!.input).toEqual({ command: 'rm -rf /', words: 'wild' });
    expect((await approve(hold, {}, self)).status).toBe(403);
    expect((await approve(hold, {})).status).toBe(200);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });

  it('does not go by a grant that was given to something harmless', async () => {
    const harmless = await front.submit(written('tame', { approval: true }));
    const [hold] = await holdsOf(harmless, 1);
    expect(hold!.risk!.score).toBeLessThan(60);
    expect((await approve(hold, { scope: 'action', forMs: 60_000 })).status).toBe(200);
    expect(await front.rooms.finished(harmless)).toBe('COMPLETED');
    const wild = await front.submit(written('wild', { approval: true }));
    expect((await holdsOf(wild, 1))[0]!.risk!.score).toBeGreaterThanOrEqual(60);
    const tame = await front.submit(written('tame', { approval: true }));
    expect(await front.rooms.finished(tame)).toBe('COMPLETED');
    expect((await front.call('DELETE', '/grants/code.run', undefined, ann)).status).toBe(204);
  });
});

describe('an input that the approver changes', () => {
  it('is judged by its own risk: who asked may not make it dangerous', async () => {
    const id = await front.submit(commands(1, 'ls'));
    const [hold] = await holdsOf(id, 1);
    const input = { command: 'rm -rf /', at: 0 };
    expect(problemOf(await approve(hold, { input }, self))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    expect(ran).not.toContainEqual(input);
    const done = HoldView.parse((await approve(hold, { input, digest: hold!.digest })).json);
    expect(done.decision).toMatchObject({ state: 'approved', by: 'ann', edited: true });
    expect(done.decision!.digest).not.toBe(hold!.digest);
    expect(done.risk!.score).toBeGreaterThanOrEqual(60);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(ran).toContainEqual(input);
  });
});

describe('a grant', () => {
  it('for a directive lets go what waits already, and is listed and taken back', async () => {
    const id = await front.submit(commands(3, 'make'));
    const other = await front.submit(commands(1, 'make'));
    const [first] = await holdsOf(id, 3);
    expect((await approve(first, { scope: 'directive' })).status).toBe(200);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(await holdsOf(other, 1)).toHaveLength(1);
    const grants = async (): Promise<Json> => GrantList.parse(await front.get(`/grants?directive=${id}`)).items;
    expect(await grants()).toEqual([
      { action: 'code.run', maxScore: expect.any(Number), directiveId: id, until: null, by: 'ann' },
    ]);
    const revoke = async () => front.call('DELETE', `/grants/code.run?directive=${id}`, undefined, ann);
    expect((await revoke()).status).toBe(204);
    expect(await grants()).toEqual([]);
    expect((await revoke()).status).toBe(404);
    expect((await front.call('GET', '/grants?directive=d0_none', undefined)).status).toBe(404);
  });

  it('for an action lets go what waits in other directives', async () => {
    const [one, two] = [await front.submit(commands(1, 'lint')), await front.submit(commands(2, 'lint'))];
    const [hold] = await holdsOf(one, 1);
    await holdsOf(two, 2);
    expect((await approve(hold, { scope: 'action', forMs: 60_000 })).status).toBe(200);
    expect([await front.rooms.finished(one), await front.rooms.finished(two)]).toEqual(['COMPLETED', 'COMPLETED']);
    const events = await front.get(`/directives/${two}/events`);
    expect(JSON.stringify(events)).toContain(`covered by the grant given with ${hold!.id}`);
  });

  it('of a high risk does not let go what its giver asks for himself', async () => {
    const first = await front.submit(commands(1, 'rm -rf /'));
    const [hold] = await holdsOf(first, 1);
    expect((await approve(hold, { scope: 'action', forMs: 60_000 })).status).toBe(200);
    expect(await front.rooms.finished(await front.submit(commands(1, 'rm -rf /')))).toBe('COMPLETED');
    const own = await front.submit(commands(1, 'rm -rf /'), ann);
    expect(await holdsOf(own, 1)).toHaveLength(1);
    expect((await front.call('DELETE', '/grants/code.run', undefined, ann)).status).toBe(204);
  });
});
