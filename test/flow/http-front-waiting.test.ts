import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { finalTaskStates, type Json, type TaskView } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
const gate = Promise.withResolvers<void>();
const blocker = Promise.withResolvers<void>();

beforeAll(async () => {
  front = await HttpFront.open({ COC_QUEUE_WINDOW: '4' });
  const { rooms } = front;
  await rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await rooms.serve({ name: 'test.block', effect: 'pure' }, async () => blocker.promise);
  await rooms.serve({ name: 'test.gate', effect: 'pure' }, async () => gate.promise);
  await rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
    throw new Error('it broke');
  });
  for (const name of ['test.nobody', 'test.crowd']) {
    await front.call('PUT', `/actions/${name}`, { effect: 'pure' });
  }
  await front.call('PUT', '/actions/test.costly', { effect: 'pure', maxCostUsd: 2 });
  await rooms.startExecutor();
});

afterAll(async () => {
  gate.resolve();
  blocker.resolve();
  await front.close();
});

/** The task as soon as it waits for `kind`; throws when a task of the plan does not say all that is promised. */
async function waits(id: string, task: string, kind: string): Promise<TaskView> {
  const tasks = await eventually(
    async () => front.tasks(id),
    (all) => all.get(task)?.waitingOn?.kind === kind,
  );
  expect(silent(tasks.values())).toEqual([]);
  return tasks.get(task)!;
}

/** Tasks that are not final and do not say who has them, since when, until when and what for; or final ones that still wait. */
function silent(tasks: Iterable<TaskView>): TaskView[] {
  return [...tasks].filter(({ state, owner, since, deadline, waitingOn }) =>
    finalTaskStates.includes(state)
      ? (owner ?? deadline ?? waitingOn) !== null || since === null
      : owner === null || since === null || deadline === null || !waitingOn?.ref,
  );
}

const task = (id: string, action: string, more: Record<string, Json> = {}): Json => ({ id, action, ...more });

describe('a task that is not final says what it waits for', () => {
  it('a worker, the worker to finish, and the tasks before it', async () => {
    const id = await front.submit({
      tasks: [
        task('runs', 'test.block'),
        task('sent', 'test.nobody'),
        task('after', 'test.echo', { dependsOn: ['runs', 'sent'] }),
      ],
    });
    expect(await waits(id, 'runs', 'outcome')).toMatchObject({
      state: 'running',
      attempt: 1,
      owner: 'worker',
      waitingOn: { ref: 'test.block.0' },
    });
    expect(await waits(id, 'sent', 'worker')).toMatchObject({
      state: 'dispatched',
      owner: 'worker',
      waitingOn: { ref: 'test.nobody.0' },
    });
    expect(await waits(id, 'after', 'dependencies')).toMatchObject({
      state: 'waiting',
      owner: 'executor',
      dependsOn: ['runs', 'sent'],
      waitingOn: { ref: 'runs,sent' },
    });
  });

  it('the tasks it was spread into, each of them with its parent', async () => {
    const id = await front.submit({
      tasks: [
        task('spread', 'test.nobody', { forEach: { items: ['x', 'y'] }, input: { $item: '' } }),
        task('join', 'test.echo', { input: { $task: 'spread' } }),
      ],
    });
    expect(await waits(id, 'spread', 'children')).toMatchObject({ state: 'waiting', waitingOn: { ref: 'spread' } });
    expect(await waits(id, 'spread[1]', 'worker')).toMatchObject({ parent: 'spread', state: 'dispatched' });
    expect(await waits(id, 'join', 'dependencies')).toMatchObject({ waitingOn: { ref: 'spread' } });
  });

  it('room in the window of its queue', async () => {
    const tasks = Array.from({ length: 6 }, (_, at) => task(`t${at}`, 'test.crowd'));
    const id = await front.submit({ tasks });
    const last = await waits(id, 't5', 'window');
    expect(last).toMatchObject({ state: 'ready', attempt: 0, owner: 'executor', waitingOn: { ref: 'test.crowd.0' } });
  });

  it('its next attempt, until the time of it', async () => {
    const id = await front.submit({ tasks: [task('again', 'test.fail', { maxRetries: 1, retryDelayMs: 600_000 })] });
    const again = await waits(id, 'again', 'retry');
    expect(again).toMatchObject({ state: 'deferred', owner: 'executor', attempt: 1 });
    expect(Date.parse(again.deadline!)).toBeGreaterThan(Date.parse(again.since!));
  });

  it('more budget, which is for a human, or budget that other tasks hold', async () => {
    const poor = await front.submit({ tasks: [task('dear', 'test.costly')], budget: { maxCostUsd: 1 } });
    expect(await waits(poor, 'dear', 'budget')).toMatchObject({
      state: 'held',
      owner: 'human',
      waitingOn: { ref: poor },
    });
    const shared = await front.submit({
      tasks: [task('first', 'test.costly'), task('second', 'test.costly')],
      budget: { maxCostUsd: 3 },
    });
    expect(await waits(shared, 'second', 'budget-reserved')).toMatchObject({ state: 'deferred', owner: 'executor' });
    expect((await front.directive(shared)).budget).toMatchObject({ maxCostUsd: 3, reservedUsd: 2, chargedUsd: 0 });
  });

  it('the directive to be resumed, and goes on when it is', async () => {
    const id = await front.submit({
      tasks: [task('runs', 'test.gate'), task('after', 'test.echo', { dependsOn: ['runs'] })],
    });
    await waits(id, 'runs', 'outcome');
    expect((await front.call('POST', `/directives/${id}/pause`)).json).toMatchObject({ state: 'PAUSED' });
    expect(await waits(id, 'runs', 'outcome')).toMatchObject({ owner: 'worker' });
    gate.resolve();
    expect(await waits(id, 'after', 'paused')).toMatchObject({
      state: 'ready',
      owner: 'human',
      waitingOn: { ref: id },
    });
    expect((await front.call('POST', `/directives/${id}/resume`)).json).toMatchObject({ state: 'RUNNING' });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(silent((await front.tasks(id)).values())).toEqual([]);
  });
});

describe('a plan', () => {
  it('comes in pages, in the order of its tasks, without gap or duplicate', async () => {
    const names = Array.from({ length: 25 }, (_, at) => `t${at}`);
    const id = await front.submit({ tasks: names.map((name) => task(name, 'test.crowd')) });
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null && page < 10; page += 1) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const plan: { items: TaskView[]; nextCursor: string | null } = await front.get(
        `/directives/${id}/plan?limit=10${query}`,
      );
      seen.push(...plan.items.map((each) => each.id));
      cursor = plan.nextCursor;
    }
    expect(seen).toEqual(names);
  });
});
