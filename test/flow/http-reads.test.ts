import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { DirectiveList, DirectiveView, EventList, OutputView, PlanView, type TaskView } from '#libs/contracts';
import { HttpBed, problemOf, shards, type SeededTask } from './http-bed.js';

let bed: HttpBed;

beforeAll(async () => {
  bed = await HttpBed.open();
});

afterAll(async () => bed.close());

const second = 1_000;
const epoch = Date.parse('2026-01-01T00:00:00.000Z');

async function listed(query: string): Promise<{ ids: string[]; nextCursor: string | null }> {
  const { items, nextCursor } = DirectiveList.parse((await bed.get(`/directives?${query}`)).json);
  return { ids: items.map(({ id }) => id), nextCursor };
}

describe('the list of directives', () => {
  const newestFirst: string[] = [];

  beforeAll(async () => {
    for (let at = 0; at < 7; at += 1) {
      // Two of each millisecond, over all shards: the id decides their order.
      const createdAt = epoch + Math.floor(at / 2) * second;
      newestFirst.push(await bed.seedDirective({ createdAt, state: at % 3 === 0 ? 'FAILED' : 'RUNNING' }, at % shards));
    }
    const timeOf = (id: string): number => Math.floor(newestFirst.indexOf(id) / 2);
    newestFirst.splice(0, 7, ...newestFirst.toSorted((a, b) => timeOf(b) - timeOf(a) || (a < b ? 1 : -1)));
    await bed.seedDirective({ tenant: 'other', createdAt: epoch });
  });

  it('goes through all shards, newest first, page by page and without a gap or a double', async () => {
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const page = await listed(`limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.ids);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(newestFirst);
  });

  it('shows one state only when asked, over the pages', async () => {
    const { ids: first, nextCursor } = await listed('limit=2&state=FAILED');
    const { ids: rest } = await listed(`limit=2&state=FAILED&cursor=${nextCursor}`);
    const states = await bed.redis.hget(bed.keys.directive(first[0]!), 'state');
    expect(states).toBe('FAILED');
    expect([...first, ...rest]).toHaveLength(3);
    expect(new Set([...first, ...rest]).size).toBe(3);
  });

  it('ends without a cursor when the last page is full', async () => {
    expect(await listed('limit=7')).toEqual({ ids: newestFirst, nextCursor: null });
  });

  it.each(['rubbish', '', 'bnVsbA', 'WzEsMl0', 'WyJhIiwiYiJd', 'WzFd'])('refuses the cursor "%s"', async (cursor) => {
    const problem = problemOf(await bed.get(`/directives?cursor=${cursor}`));
    expect(problem).toMatchObject({ status: 400, code: 'CURSOR_INVALID' });
  });

  it.each([
    ['limit=0', 'REQUEST_INVALID', '/limit'],
    ['limit=201', 'REQUEST_INVALID', '/limit'],
    ['limit=many', 'REQUEST_INVALID', '/limit'],
    ['limit=1&limit=2', 'REQUEST_INVALID', '/limit'],
    ['state=DONE', 'REQUEST_INVALID', '/state'],
    ['tenant=other', 'UNKNOWN_FIELD', '/tenant'],
  ])('refuses ?%s as %s', async (query, code, pointer) => {
    const problem = problemOf(await bed.get(`/directives?${query}`));
    expect(problem).toMatchObject({ status: 400, code, errors: [{ code, pointer }] });
  });
});

describe('one directive', () => {
  it('shows times, counts, money and labels as they stand in the record', async () => {
    const id = await bed.seedDirective({
      createdAt: epoch,
      startedAt: epoch + second,
      ttlAt: epoch + 60 * second,
      budgetMicroUsd: 1_500_000,
      chargedMicroUsd: 250_000,
      succeeded: 2,
      priority: 0,
      seq: 9,
      closing: 'CANCELLED',
      labels: JSON.stringify({ team: 'a' }),
      intent: 'why',
    });
    const view = DirectiveView.parse((await bed.get(`/directives/${id}`)).json);
    expect(view).toMatchObject({
      priority: 'CRITICAL',
      closing: 'CANCELLED',
      labels: { team: 'a' },
      intent: 'why',
      lastSeq: 9,
      startedAt: '2026-01-01T00:00:01.000Z',
      finishedAt: null,
      expiresAt: '2026-01-01T00:01:00.000Z',
      tasks: { succeeded: 2, failed: 0 },
      budget: { maxCostUsd: 1.5, chargedUsd: 0.25, maxTokens: null },
    });
  });

  it.each(['', '/plan', '/events', '/output', '/tasks/a/logs'])('of another tenant has no %s', async (part) => {
    const id = await bed.seedDirective({ tenant: 'other' });
    await bed.seedTasks(id, [{ id: 'a', state: { state: 'succeeded', attempt: 1 }, output: 1 }]);
    expect(problemOf(await bed.get(`/directives/${id}${part}`))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  it('of another tenant cannot be ordered about', async () => {
    const id = await bed.seedDirective({ tenant: 'other' });
    for (const order of ['cancel', 'pause', 'resume', 'complete', 'fail', 'stop', 'start', 'retry']) {
      const answer = await bed.request('POST', `/api/v1/directives/${id}/${order}`);
      expect(problemOf(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
    expect(await bed.redis.hget(bed.keys.directive(id), 'state')).toBe('RUNNING');
  });
});

const waits: SeededTask[] = [
  { id: 'done', state: { state: 'succeeded', attempt: 1, since: epoch, costMicroUsd: 1_000, tokens: 5 } },
  { id: 'maybe', control: { optional: true }, state: { state: 'failed', attempt: 2, code: 'LOST', message: 'gone' } },
  { id: 'sent', state: { state: 'dispatched', attempt: 1, nonce: 'n', since: epoch, deadline: epoch + second } },
  { id: 'busy', state: { state: 'running', attempt: 1, nonce: 'n', since: epoch } },
  { id: 'again', state: { state: 'deferred', attempt: 1, waiting: ['retry', '2'], since: epoch } },
  { id: 'ask', state: { state: 'held', waiting: ['approval', 'ask'], since: epoch } },
  { id: 'line' },
  { id: 'after', spec: { dependsOn: ['0', '1', '3', '6'] }, pending: 2 },
  { id: 'fan', control: { fanOut: true } },
  { id: 'child[0]', spec: { parent: '8' } },
];

async function planOf(state: string): Promise<Map<string, TaskView>> {
  const id = await bed.seedDirective({ state, startedAt: epoch });
  await bed.seedTasks(id, waits);
  const plan = PlanView.parse((await bed.get(`/directives/${id}/plan`)).json);
  return new Map(plan.items.map((task) => [task.id, task]));
}

describe('the plan', () => {
  it('says of every task that is not final who has it and what it waits for', async () => {
    const plan = await planOf('RUNNING');
    const said = [...plan.values()].map(({ id, state, owner, waitingOn }) => [id, state, owner, waitingOn]);
    expect(said).toEqual([
      ['done', 'succeeded', null, null],
      ['maybe', 'failed', null, null],
      ['sent', 'dispatched', 'worker', { kind: 'worker', ref: 'test.echo.0' }],
      ['busy', 'running', 'worker', { kind: 'outcome', ref: 'test.echo.0' }],
      ['again', 'deferred', 'executor', { kind: 'retry', ref: '2' }],
      ['ask', 'held', 'human', { kind: 'approval', ref: 'ask' }],
      ['line', 'ready', 'executor', { kind: 'window', ref: 'test.echo.0' }],
      ['after', 'waiting', 'executor', { kind: 'dependencies', ref: 'busy,line' }],
      ['fan', 'ready', 'executor', expect.objectContaining({ kind: 'release' })],
      ['child[0]', 'ready', 'executor', { kind: 'window', ref: 'test.echo.0' }],
    ]);
    for (const task of plan.values()) {
      const isOpen = task.waitingOn !== null;
      expect([task.id, task.since !== null || !isOpen, task.deadline !== null]).toEqual([task.id, true, isOpen]);
    }
  });

  it('shows dependencies, parents, errors, cost and deadlines', async () => {
    const plan = await planOf('RUNNING');
    expect(plan.get('after')!.dependsOn).toEqual(['done', 'maybe', 'busy', 'line']);
    expect(plan.get('child[0]')!.parent).toBe('fan');
    expect(plan.get('maybe')).toMatchObject({ optional: true, attempt: 2, error: { code: 'LOST', message: 'gone' } });
    expect(plan.get('done')).toMatchObject({ costUsd: 0.001, tokens: 5 });
    expect(plan.get('sent')!.deadline).toBe('2026-01-01T00:00:01.000Z');
  });

  it('says that ready tasks of a paused directive wait for whoever resumes it', async () => {
    expect((await planOf('PAUSED')).get('line')).toMatchObject({ owner: 'human', waitingOn: { kind: 'paused' } });
  });

  it('has no tasks before there is one', async () => {
    const id = await bed.seedDirective({ state: 'PENDING' });
    const plan = PlanView.parse((await bed.get(`/directives/${id}/plan`)).json);
    expect(plan).toMatchObject({ state: 'PENDING', items: [], nextCursor: null });
  });

  it('comes page by page', async () => {
    const id = await bed.seedDirective();
    await bed.seedTasks(id, waits);
    const first = PlanView.parse((await bed.get(`/directives/${id}/plan?limit=7`)).json);
    const rest = PlanView.parse((await bed.get(`/directives/${id}/plan?limit=7&cursor=${first.nextCursor}`)).json);
    expect([...first.items, ...rest.items].map(({ id: task }) => task)).toEqual(waits.map(({ id: task }) => task));
    expect(rest.nextCursor).toBeNull();
    const rubbish = await bed.get(`/directives/${id}/plan?cursor=WyJhIiwiYiJd`);
    expect(problemOf(rubbish).code).toBe('CURSOR_INVALID');
  });
});

describe('the events', () => {
  it('come in order after the one named', async () => {
    const id = await bed.seedDirective();
    for (const seq of [1, 2, 3]) {
      const fields = ['at', String(epoch), seq === 1 ? 'task.queued' : 'task.queued a', '{"attempt":1}'];
      await bed.redis.xadd(bed.keys.events(id), `${seq}-0`, ...fields);
    }
    const first = EventList.parse((await bed.get(`/directives/${id}/events?limit=2`)).json);
    expect(first.items.map(({ seq, task }) => [seq, task])).toEqual([
      [1, null],
      [2, 'a'],
    ]);
    expect(first.nextCursor).toBe('2');
    const rest = EventList.parse((await bed.get(`/directives/${id}/events?after=${first.nextCursor}`)).json);
    expect(rest.items[0]).toMatchObject({ seq: 3, timestamp: '2026-01-01T00:00:00.000Z', data: { attempt: 1 } });
    expect(rest.nextCursor).toBeNull();
    expect(problemOf(await bed.get(`/directives/${id}/events?after=-1`))).toMatchObject({ status: 400 });
  });
});

const joined: SeededTask[] = [
  { id: 'list', state: { state: 'succeeded' }, output: [1, 2] },
  { id: 'each', control: { sink: true }, state: { state: 'succeeded', first: 3, count: 3 } },
  { id: 'last', control: { sink: true }, state: { state: 'succeeded' }, output: { sum: 3 } },
  { id: 'each[0]', control: { parent: '1' }, state: { state: 'succeeded' }, output: 'one' },
  { id: 'each[1]', control: { parent: '1' }, state: { state: 'failed' } },
  { id: 'each[2]', control: { parent: '1' }, state: { state: 'succeeded' }, output: 'three' },
];

async function outputOf(tasks: SeededTask[], fields: Record<string, string>): Promise<unknown> {
  const id = await bed.seedDirective(fields);
  await bed.seedTasks(id, tasks);
  const answer = await bed.get(`/directives/${id}/output`);
  return answer.status === 200 ? OutputView.parse(answer.json).output : problemOf(answer);
}

describe('the output', () => {
  it('is null until the directive rests', async () => {
    expect(await outputOf(joined, { state: 'RUNNING' })).toBeNull();
  });

  it('is what the only last task put out', async () => {
    const only = [joined[0]!, { ...joined[2]! }];
    expect(await outputOf(only, { state: 'COMPLETED' })).toEqual({ sum: 3 });
  });

  it('is an object of the last tasks, with a list for a fan-out and null for a child that failed', async () => {
    const output = await outputOf(joined, { state: 'PARTIALLY_COMPLETED' });
    expect(output).toEqual({ each: ['one', null, 'three'], last: { sum: 3 } });
  });

  it('is the template of the submission, filled in', async () => {
    const output = {
      n: { $task: 'last', path: '/sum' },
      all: { $task: 'each' },
      of: { $input: '/name' },
      none: { $task: 'lost', path: '/x' },
    };
    const request = JSON.stringify({ output, input: { name: 'docs' } });
    const lost: SeededTask = { id: 'lost', state: { state: 'skipped' } };
    expect(await outputOf([...joined, lost], { state: 'FAILED', request })).toEqual({
      n: 3,
      all: ['one', null, 'three'],
      of: 'docs',
      none: null,
    });
  });

  it('says why a template cannot be filled in', async () => {
    const request = JSON.stringify({ output: { $task: 'last', path: '/no/such' } });
    const problem = await outputOf(joined, { state: 'COMPLETED', request });
    expect(problem).toMatchObject({ status: 422, code: 'REFERENCE_INVALID' });
    expect((problem as { detail: string }).detail).toContain('/no/such');
  });
});
