import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Worker } from 'bullmq';
import type { Json, TaskDetail } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  front = await HttpFront.open({ COC_NO_WORKER_AFTER_MS: '1000' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await front.rooms.serve({ name: 'test.gate', effect: 'pure' }, async () => gate.promise);
  await front.rooms.startExecutor();
});

afterAll(async () => {
  gate.resolve();
  await front.close();
});

const serve = async (name: string): Promise<Worker[]> =>
  front.rooms.serve({ name, effect: 'pure' }, async ({ input }) => input);
const task = (id: string, action: string, more: Record<string, Json> = {}): Json => ({ id, action, ...more });
const until = async (id: string, state: string) =>
  eventually(
    async () => front.directive(id),
    (view) => view.state === state,
  );
const steps = async (id: string): Promise<string[]> =>
  (await front.rooms.story(id)).filter((type) => type.startsWith('directive.'));

describe('a directive whose action has no live worker', () => {
  it('is DEGRADED with the reason, RUNNING again when a worker comes back, and ends COMPLETED', async () => {
    const [first] = await serve('test.away');
    const before = await front.run({ tasks: [task('a', 'test.away')] });
    expect(before).toMatchObject({ state: 'COMPLETED', degraded: [] });
    await first!.close();

    const id = await front.submit({
      tasks: [
        task('a', 'test.echo'),
        task('b', 'test.away', { dependsOn: ['a'] }),
        task('c', 'test.gate', { dependsOn: ['b'] }),
      ],
    });
    const degraded = await until(id, 'DEGRADED');
    expect(degraded.degraded).toEqual([
      { reason: 'no-worker', task: 'b', action: 'test.away', model: null, since: expect.any(String) },
    ]);
    const waiting = await front.get<TaskDetail>(`/directives/${id}/tasks/b`);
    expect(waiting).toMatchObject({ state: 'dispatched', waitingOn: { kind: 'no-worker', ref: 'test.away.0' } });
    expect(waiting.why).toContain('no worker takes tasks from the queue test.away.0');

    await serve('test.away');
    expect(await until(id, 'RUNNING')).toMatchObject({ degraded: [] });
    gate.resolve();
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect((await steps(id)).slice(2)).toEqual([
      'directive.started',
      'directive.degraded',
      'directive.recovered',
      'directive.completed',
    ]);
    expect((await front.rooms.events(id)).find(({ type }) => type === 'directive.degraded')?.data).toEqual({
      reason: 'no-worker',
      task: 'b',
      action: 'test.away',
    });
  });

  it('may be paused, resumed and cancelled while it is', async () => {
    await front.call('PUT', '/actions/test.nobody', { effect: 'pure' });
    const id = await front.submit({ tasks: [task('a', 'test.nobody')] });
    await until(id, 'DEGRADED');
    expect((await front.call('POST', `/directives/${id}/pause`)).json).toMatchObject({ state: 'PAUSED' });
    expect((await front.call('POST', `/directives/${id}/resume`)).json).toMatchObject({ state: 'DEGRADED' });
    expect((await front.call('POST', `/directives/${id}/cancel`)).json).toMatchObject({ state: 'CANCELLED' });
    expect((await front.directive(id)).degraded).toEqual([]);
  });

  it('is not DEGRADED while its worker is at work at something else for long', async () => {
    const long = Promise.withResolvers<void>();
    await front.rooms.serve({ name: 'test.long', effect: 'pure' }, async () => long.promise, { concurrency: 1 });
    const id = await front.submit({ tasks: [task('a', 'test.long'), task('b', 'test.long')] });
    await front.rooms.until(id, ({ type }) => type === 'task.started');
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(await front.directive(id)).toMatchObject({ state: 'RUNNING', degraded: [] });
    long.resolve();
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
  });
});

describe('a directive whose worker limits its own rate', () => {
  it('is not DEGRADED while the worker takes none for that', async () => {
    const options = { concurrency: 1, limiter: { max: 1, duration: 4_000 } };
    await front.rooms.serve({ name: 'test.slow', effect: 'pure' }, async ({ input }) => input, options);
    const id = await front.submit({ tasks: [task('a', 'test.slow'), task('b', 'test.slow')] });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect((await steps(id)).slice(2)).toEqual(['directive.started', 'directive.completed']);
  });
});

describe('a directive of which a task runs on a fallback model', () => {
  it('is DEGRADED as long as it does, and says which', async () => {
    const second = Promise.withResolvers<void>();
    const used: (string | null)[] = [];
    await front.rooms.serve(
      { name: 'test.models', effect: 'pure', models: ['large', 'small'] },
      async ({ __assignment, input }) => {
        used.push(__assignment.model);
        if (__assignment.model === 'large') throw new Error('it is overloaded');
        await second.promise;
        return input;
      },
    );
    const last = Promise.withResolvers<void>();
    await front.rooms.serve({ name: 'test.last', effect: 'pure' }, async () => last.promise);
    const id = await front.submit({
      tasks: [
        task('a', 'test.models', { models: ['large', 'small'], retryDelayMs: 10 }),
        task('b', 'test.last', { dependsOn: ['a'] }),
      ],
    });
    const view = await until(id, 'DEGRADED');
    expect(view.degraded).toMatchObject([{ reason: 'fallback', task: 'a', action: 'test.models', model: 'small' }]);
    second.resolve();
    expect(await until(id, 'RUNNING')).toMatchObject({ degraded: [] });
    last.resolve();
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(used).toEqual(['large', 'small']);
  });
});
