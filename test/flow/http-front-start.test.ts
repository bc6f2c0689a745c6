import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventList, type Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

let front: HttpFront;
const seen: string[] = [];

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ directiveId, input }) => {
    seen.push(directiveId);
    return input;
  });
  await front.rooms.startExecutor();
});
afterAll(async () => front.close());

const tasks: Json = [
  { id: 'a', action: 'test.echo' },
  { id: 'b', action: 'test.echo', dependsOn: ['a'] },
];
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Another directive that came later has run: what was to happen at once would have happened. */
async function letOthersRun(): Promise<void> {
  await front.run({ tasks });
}

async function eventOf(id: string, type: string) {
  const { items } = EventList.parse(await front.get(`/directives/${id}/events`));
  return items.find((event) => event.type === type);
}

describe('a directive created stopped', () => {
  it('says that it waits for its start, each task too, and runs when it is started', async () => {
    const id = await front.submit({ tasks, start: false });
    await letOthersRun();
    const waiting = { kind: 'start', ref: '' };
    expect(await front.directive(id)).toMatchObject({
      state: 'PENDING',
      waitingOn: waiting,
      tasks: { total: 2, open: 2 },
    });
    for (const task of (await front.tasks(id)).values())
      expect(task).toMatchObject({ owner: 'human', waitingOn: waiting });
    expect(seen).not.toContain(id);
    const answer = await front.call('POST', `/directives/${id}/start`, undefined, { 'coc-actor': 'kim' });
    expect(answer).toMatchObject({ status: 200, json: { id, waitingOn: null } });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(await front.rooms.story(id)).toEqual(expect.arrayContaining(['directive.released', 'directive.completed']));
    expect(await eventOf(id, 'directive.released')).toMatchObject({ data: { by: 'kim' } });
  });

  it('has its whole time to live from the start on', async () => {
    const id = await front.submit({ tasks, start: false, ttlMs: 5_000 });
    const before = await front.directive(id);
    expect(Date.parse(before.expiresAt) - Date.parse(before.createdAt)).toBeGreaterThan(5_000);
    await front.call('POST', `/directives/${id}/start`);
    const { timestamp } = (await eventOf(id, 'directive.released'))!;
    expect(Date.parse((await front.directive(id)).expiresAt) - Date.parse(timestamp)).toBe(5_000);
  });

  it('is planned by the decide room only then, when it is an intent', async () => {
    const id = await front.submit({ intent: 'do what nobody knows how to do', start: false });
    await letOthersRun();
    expect(await front.directive(id)).toMatchObject({ state: 'PENDING', tasks: { total: 0 } });
    await front.call('POST', `/directives/${id}/start`);
    expect(await front.rooms.finished(id)).toBe('FAILED');
  });

  it('started twice runs once; over or paused it cannot be started', async () => {
    const id = await front.submit({ tasks, start: false });
    const answers = await Promise.all([1, 2].map(async () => front.call('POST', `/directives/${id}/start`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await front.rooms.finished(id);
    expect((await front.rooms.story(id)).filter((type) => type === 'directive.released')).toHaveLength(1);
    const problem = problemOf(await front.call('POST', `/directives/${id}/start`));
    expect(problem).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL', state: 'COMPLETED', allowed: [] });
  });

  it('may be cancelled, and is never started then', async () => {
    const id = await front.submit({ tasks, start: false });
    expect((await front.call('POST', `/directives/${id}/cancel`)).json).toMatchObject({ state: 'CANCELLED' });
    expect((await front.call('POST', `/directives/${id}/start`)).status).toBe(409);
  });
});

describe('a directive with a time to run at', () => {
  it('waits for it, and starts then and not before', async () => {
    const runAt = inMs(1_200);
    const id = await front.submit({ tasks, runAt });
    expect(await front.directive(id)).toMatchObject({ state: 'PENDING', waitingOn: { kind: 'time', ref: runAt } });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    const { timestamp, data } = (await eventOf(id, 'directive.released'))!;
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(Date.parse(runAt));
    expect(data).toEqual({});
  });

  it('in the past starts at once, and one with an offset is the same moment', async () => {
    const id = await front.submit({ tasks, runAt: '2020-01-01T02:00:00+02:00' });
    expect((await eventOf(id, 'directive.accepted'))!.data['start']).toBe('2020-01-01T00:00:00.000Z');
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });

  it('may be started before it', async () => {
    const id = await front.submit({ tasks, runAt: inMs(3_600_000) });
    await front.call('POST', `/directives/${id}/start`);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });

  it('starts when an executor is there again, though its time to live is shorter than the wait', async () => {
    const [executor] = [...front.rooms.executors];
    await front.rooms.stopExecutor(executor!);
    const runAt = inMs(50);
    const id = await front.submit({ tasks, runAt, ttlMs: 20_000 });
    // As if the time had come long ago: the end that was foreseen is over.
    await front.rooms.redis.hset(front.rooms.keys.directive(id), 'ttlAt', 1);
    await eventually(
      async () => Date.now(),
      (now) => now > Date.parse(runAt) + 100,
    );
    expect((await front.directive(id)).state).toBe('PENDING');
    await front.rooms.startExecutor();
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });
});

describe('a start is refused, and nothing stored, when', () => {
  it.each([
    ['it is to wait for both', { start: false, runAt: '2030-01-01T00:00:00Z' }, '/runAt'],
    ['the time is none', { runAt: 'tomorrow' }, '/runAt'],
    ['the time has no zone', { runAt: '2030-01-01T00:00:00' }, '/runAt'],
    ['the time is more than a year ahead', { runAt: '9999-01-01T00:00:00Z' }, '/runAt'],
    ['start is no yes or no', { start: 'no' }, '/start'],
  ])('%s', async (_, body, pointer) => {
    const refusal = await front.refusal('POST', '/directives', { tasks, ...body });
    expect(refusal).toMatchObject({ status: 400, code: 'REQUEST_INVALID', pointers: [pointer], changed: [] });
  });
});
