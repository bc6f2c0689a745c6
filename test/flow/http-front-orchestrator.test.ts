import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { DryPlan, OrchestratorState, QueueList, TaskDetail, type Json, type QueueView } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  front = await HttpFront.open({ COC_QUEUE_WINDOW: '2' });
  const { rooms } = front;
  await rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await rooms.serve({ name: 'test.gate', effect: 'pure' }, async () => gate.promise, { concurrency: 1 });
  await front.call('PUT', '/actions/test.costly', { effect: 'pure', maxCostUsd: 2 });
  await front.call('PUT', '/actions/code.deploy', { risk: 'high' });
  await rooms.startExecutor();
});

afterAll(async () => {
  gate.resolve();
  await front.close();
});

async function dryPlan(body: Json): Promise<DryPlan> {
  const answer = await front.call('POST', '/orchestrator/plan', body);
  if (answer.status !== 200) throw new Error(answer.text);
  return DryPlan.parse(answer.json);
}

describe('POST /orchestrator/plan', () => {
  const body: Json = {
    budget: { maxCostUsd: 3 },
    tasks: [
      { id: 'a', action: 'test.costly', maxRetries: 1 },
      { id: 'b', action: 'code.deploy', dependsOn: ['a'] },
    ],
  };

  it('tells what would be decided, with risk and cost, and stores nothing', async () => {
    const before = await front.fingerprint();
    const plan = await dryPlan(body);
    expect(await front.fingerprint()).toEqual(before);
    expect(plan).toMatchObject({
      kind: 'tasks',
      workflow: null,
      needsReview: false,
      edges: 1,
      cost: { onceUsd: 2, mostUsd: 4, fitsBudget: true },
      risk: { needed: 1, open: 0 },
    });
    expect(plan.tasks).toMatchObject([
      { id: 'a', maxAttempts: 2, maxCostUsd: 2, approval: 'none' },
      { id: 'b', dependsOn: ['a'], effect: 'once', approval: 'needed' },
    ]);
  });

  it('refuses what a submit would, with every fault and nothing stored', async () => {
    const wrong = { tasks: [{ id: 'a', action: 'test.nothing', dependsOn: ['b'] }] };
    const dry = await front.refusal('POST', '/orchestrator/plan', wrong);
    const real = await front.refusal('POST', '/directives', wrong);
    expect(dry).toEqual({ ...real, bytes: dry.bytes });
    expect(dry).toMatchObject({ status: 422, changed: [], pointers: ['/tasks/0/dependsOn/0', '/tasks/0/action'] });
  });

  it.each([
    [{ tasks: [], surprise: 1 }, 400],
    [{ workflow: 'no.such' }, 422],
    [{ workflow: 'docs.index', input: {} }, 422],
    [{ intent: 'sing a song' }, 422],
    [{ workflow: 'docs.index', input: { folder: '/tmp' } }, 422],
  ])('refuses %j', async (wrong, status) => {
    expect(await front.refusal('POST', '/orchestrator/plan', wrong)).toMatchObject({ status, changed: [] });
  });

  it('plans a workflow, also one that an intent chose', async () => {
    for (const name of ['docs.collect', 'rag.embed', 'kg.build', 'docs.report', 'docs.answer']) {
      await front.call('PUT', `/actions/${name}`, { effect: 'pure' });
    }
    const folder = join(import.meta.dirname, '../../docs');
    const named = await dryPlan({ workflow: 'docs.index', input: { folder } });
    expect(named).toMatchObject({ kind: 'workflow', workflow: 'docs.index', cost: { hasOpenLists: true } });
    const meant = await dryPlan({ intent: `index the markdown documents in ${folder}` });
    expect(meant).toMatchObject({ kind: 'intent', workflow: 'docs.index', planHash: named.planHash });
  });

  it('has the hash of the plan that a submit of the same gets', async () => {
    const { planHash } = await dryPlan(body);
    const id = await front.submit(body);
    expect(await front.directive(id)).toMatchObject({ planHash });
    await front.call('POST', `/directives/${id}/cancel`);
  });
});

describe('an orchestrator whose replicas are away', () => {
  it('makes dry plans, which no failover can take back, though it answers no submit', async () => {
    const alone = await HttpFront.open({ COC_REDIS_REPLICAS: '1' });
    try {
      const actions = await alone.call('PUT', '/actions/test.echo', { effect: 'pure' });
      expect(actions.status).toBe(503);
      const plan = { tasks: [{ id: 'a', action: 'test.echo' }] };
      expect((await alone.call('POST', '/orchestrator/plan', plan)).status).toBe(200);
      expect((await alone.call('POST', '/orchestrator/execute', plan)).status).toBe(503);
    } finally {
      await alone.close();
    }
  });
});

describe('POST /orchestrator/execute', () => {
  const body = { tasks: [{ id: 'a', action: 'test.echo', input: { n: 1 } }], output: { $task: 'a' } };

  it('refuses what POST /directives refuses', async () => {
    const key = { 'idempotency-key': 'two words' };
    expect(await front.refusal('POST', '/orchestrator/execute', body, key)).toMatchObject({ status: 400, changed: [] });
    expect(
      await front.refusal('POST', '/orchestrator/execute', { tasks: [{ id: 'a', action: 'no.such' }] }),
    ).toMatchObject({ status: 422, code: 'ACTION_UNKNOWN', changed: [] });
  });

  it('takes a directive in and runs it', async () => {
    const answer = await front.call('POST', '/orchestrator/execute', body);
    const { id } = answer.json as { id: string };
    expect([answer.status, answer.headers.get('location')]).toEqual([202, `/api/v1/directives/${id}`]);
    await front.rooms.finished(id);
    expect(await front.get(`/directives/${id}/output`)).toMatchObject({ state: 'COMPLETED', output: { n: 1 } });
  });

  it('takes in only the plan whose hash it is given, and a repetition all the same', async () => {
    // Nothing of them runs, so that nothing changes but what the requests do.
    const tasks = { ...body, start: false };
    const workflow = { workflow: 'docs.index', input: { folder: '/nowhere' }, start: false };
    for (const directive of [tasks, workflow]) {
      const { planHash } = DryPlan.parse((await front.call('POST', '/orchestrator/plan', directive)).json);
      const path = `/orchestrator/execute?planHash=${planHash}`;
      const headers = { 'idempotency-key': planHash };
      const { status, json } = await front.call('POST', path, directive, headers);
      expect(status).toBe(202);
      expect((await front.call('POST', path, directive, headers)).json).toEqual(json);
      const another = `/orchestrator/execute?planHash=${'0'.repeat(64)}`;
      const refusal = await front.refusal('POST', another, directive);
      expect(refusal).toMatchObject({ status: 409, code: 'PLAN_CHANGED', changed: [] });
      await front.call('POST', `/directives/${(json as { id: string }).id}/cancel`);
    }
    const changed = { ...tasks, tasks: [{ id: 'a', action: 'test.echo', input: { n: 2 } }] };
    const { planHash: earlier } = DryPlan.parse((await front.call('POST', '/orchestrator/plan', tasks)).json);
    expect(await front.refusal('POST', `/orchestrator/execute?planHash=${earlier}`, changed)).toMatchObject({
      status: 409,
    });
    expect(await front.refusal('POST', '/orchestrator/execute?planHash=x', body)).toMatchObject({ status: 400 });
  });

  it('shares its Idempotency-Keys with POST /directives', async () => {
    const headers = { 'idempotency-key': 'the-same' };
    const { json } = await front.call('POST', '/orchestrator/execute', body, headers);
    expect(await front.submit(body, headers)).toBe((json as { id: string }).id);
  });
});

describe('lines', () => {
  let id: string;

  beforeAll(async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ id: name, action: 'test.gate' }));
    id = await front.submit({ tasks: [...tasks, { id: 'last', action: 'test.echo', dependsOn: ['a', 'b'] }] });
    await eventually(
      async () => front.tasks(id),
      (all) => [...all.values()].filter(({ state }) => state === 'running').length === 1 && inLine(all.values()) === 3,
    );
  });

  const inLine = (all: Iterable<{ waitingOn: { kind: string } | null }>): number =>
    [...all].filter(({ waitingOn }) => waitingOn?.kind === 'window').length;

  async function gateQueue(): Promise<QueueView> {
    const { items } = QueueList.parse(await front.get('/queues'));
    return items.find(({ queue }) => queue === 'test.gate.0')!;
  }

  it('GET /queues has depth, what is in flight, the window and the oldest wait of each', async () => {
    const queue = await eventually(gateQueue, ({ oldestWaitMs }) => oldestWaitMs !== null && oldestWaitMs > 0);
    expect(queue).toMatchObject({ action: 'test.gate', shard: 0, depth: 5, ready: 3, inFlight: 2, waitingJobs: 1 });
    expect([null, 2]).toContain(queue.window);
  });

  it('GET /orchestrator/state sums them up, with directives by state, workflows and executors', async () => {
    // An executor tells once a second that it is at work.
    const state = await eventually(
      async () => OrchestratorState.parse(await front.get('/orchestrator/state')),
      ({ shards }) => shards.withoutExecutor.length === 0,
    );
    expect(state).toMatchObject({
      shards: { used: 1, served: 1, withoutExecutor: [] },
      workflows: [{ name: 'docs.index', description: expect.any(String) }],
      queues: { ready: 3 },
      directives: { hasMore: false },
    });
    const { byState, counted } = state.directives;
    expect(byState.RUNNING).toBeGreaterThanOrEqual(1);
    expect(Object.values(byState).reduce((sum, count) => sum + count, 0)).toBe(counted);
    expect(state.actions).toBeGreaterThanOrEqual(4);
  });

  it('GET /directives/:id/tasks/:task has its dependencies with their states, and why it waits', async () => {
    const last = TaskDetail.parse(await front.get(`/directives/${id}/tasks/last`));
    expect(last).toMatchObject({ directiveId: id, state: 'waiting', waitingOn: { kind: 'dependencies', ref: 'a,b' } });
    expect(last.dependencies.map((dependency) => dependency.id)).toEqual(['a', 'b']);
    expect(last.why).toMatch(
      /^It is waiting since .+, until .+ at most: the tasks it depends on are not done: a, b\.$/,
    );
    const inLineNow = TaskDetail.parse(await front.get(`/directives/${id}/tasks/e`));
    expect(inLineNow.why).toContain('the queue test.gate.0');
  });

  it('a task that is not there, and a directive that is not there, are 404', async () => {
    for (const path of [`/directives/${id}/tasks/nobody`, '/directives/nothing/tasks/a']) {
      expect(await front.refusal('GET', path)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('an empty queue has no wait, and a task that ended says no reason', async () => {
    gate.resolve();
    await front.rooms.finished(id);
    expect(await eventually(gateQueue, ({ depth }) => depth === 0)).toMatchObject({ oldestWaitMs: null, ready: 0 });
    const last = TaskDetail.parse(await front.get(`/directives/${id}/tasks/last`));
    expect(last).toMatchObject({
      state: 'succeeded',
      why: null,
      dependencies: [{ state: 'succeeded' }, { state: 'succeeded' }],
    });
  });
});
