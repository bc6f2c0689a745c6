import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ActionRecord, TaskSpec, limits, type ActionDraft, type Fault, type Plan } from '#libs/contracts';
import { catalogLookup } from './catalog-lookup.js';
import { decidePlan } from './decide-plan.js';
import type { PlanRequest } from './plan-request.js';
import { SchemaValidator } from './schema-validator.js';

type Draft = Omit<TaskSpec, 'action'> & { action?: string };

const drafts: ActionDraft[] = [
  { name: 'test.any', effect: 'pure', timeoutMs: 7_000, maxTokens: 5 },
  {
    name: 'rag.embed',
    version: '3',
    input: {
      type: 'object',
      properties: { text: { type: 'string' }, sizes: { items: { type: 'number' } } },
      required: ['text'],
    },
    models: ['small', 'large'],
    maxCostUsd: 0.000_001_5,
  },
  { name: 'code.deploy', maxCostUsd: null, risk: 'high' },
];
const catalog = catalogLookup(
  drafts.map((draft) => ActionRecord.parse(draft)),
  new SchemaValidator(),
);

function request(tasks: Draft[], rest: Omit<PlanRequest, 'tasks'> = {}): PlanRequest {
  return { ...rest, tasks: tasks.map((task) => ({ action: 'test.any', ...task })) };
}

function planOf(tasks: Draft[], rest?: Omit<PlanRequest, 'tasks'>): Plan {
  const decision = decidePlan(request(tasks, rest), catalog);
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  return decision.plan;
}

function faultsOf(tasks: Draft[], rest?: Omit<PlanRequest, 'tasks'>): Fault[] {
  const decision = decidePlan(request(tasks, rest), catalog);
  return 'faults' in decision ? decision.faults : [];
}

describe('a plan', () => {
  it('decides everything about a task from its own word, the policies, the action and the defaults, in this order', () => {
    const { tasks } = planOf(
      [
        { id: 'a' },
        {
          id: 'b',
          action: 'rag.embed',
          input: { text: 'x' },
          maxRetries: 0,
          timeoutMs: 1,
          ttlMs: 2,
          optional: true,
        },
        {
          id: 'c',
          action: 'code.deploy',
          model: 'any',
          budget: { maxCostUsd: 0.1, maxTokens: 9 },
          dependsOn: ['b', 'a', 'b'],
        },
      ],
      { policies: { maxRetries: 4 }, budget: { maxCostUsd: 1, maxTokens: 10 } },
    );
    expect(tasks).toEqual([
      {
        index: 0,
        id: 'a',
        action: 'test.any',
        actionVersion: '1',
        effect: 'pure',
        input: {},
        dependsOn: [],
        dependents: [2],
        optional: false,
        references: [],
        timeoutMs: 7_000,
        ttlMs: null,
        maxRetries: 4,
        retryDelayMs: 1_000,
        maxCostMicroUsd: 0,
        maxTokens: 5,
        models: [],
        backoff: 'exponential',
        maxRetryDelayMs: 300_000,
        continueOnFailure: false,
        approvalTtlMs: null,
      },
      {
        index: 1,
        id: 'b',
        action: 'rag.embed',
        actionVersion: '3',
        effect: 'once',
        input: { text: 'x' },
        dependsOn: [],
        dependents: [2],
        optional: true,
        references: [],
        timeoutMs: 1,
        ttlMs: 2,
        maxRetries: 0,
        retryDelayMs: 1_000,
        maxCostMicroUsd: 2,
        maxTokens: 0,
        models: ['small'],
        backoff: 'exponential',
        maxRetryDelayMs: 300_000,
        continueOnFailure: false,
        approvalTtlMs: null,
      },
      {
        index: 2,
        id: 'c',
        action: 'code.deploy',
        actionVersion: '1',
        effect: 'once',
        input: {},
        dependsOn: [0, 1],
        dependents: [],
        optional: false,
        references: [],
        timeoutMs: 120_000,
        ttlMs: null,
        maxRetries: 4,
        retryDelayMs: 1_000,
        maxCostMicroUsd: 100_000,
        maxTokens: 9,
        models: ['any'],
        backoff: 'exponential',
        maxRetryDelayMs: 300_000,
        continueOnFailure: false,
        approvalTtlMs: null,
        risk: { score: expect.any(Number), factors: expect.any(Array), reasons: expect.any(Array) },
      },
    ]);
  });

  it('takes two retries a second apart when nobody says otherwise', () => {
    expect(planOf([{ id: 'a' }]).tasks[0]).toMatchObject({ maxRetries: 2, retryDelayMs: 1_000 });
  });

  it('depends on what its input and its fan-out list refer to', () => {
    const { tasks, edges, roots } = planOf(
      [
        { id: 'join', input: [{ $task: 'each' }, { $task: 'each', path: '/0' }], dependsOn: ['list'] },
        {
          id: 'each',
          input: { item: { $item: '' }, from: { $input: '/from' } },
          forEach: { items: { $task: 'list', path: '/all' }, maxItems: 9 },
        },
        { id: 'list' },
      ],
      { input: { from: 1 }, output: { all: { $task: 'join' }, from: { $input: '/from' } } },
    );
    expect(tasks.map(({ dependsOn, dependents, references }) => ({ dependsOn, dependents, references }))).toEqual([
      { dependsOn: [1, 2], dependents: [], references: [1] },
      { dependsOn: [2], dependents: [0], references: [2] },
      { dependsOn: [], dependents: [0, 1], references: [] },
    ]);
    expect(tasks[1]).toHaveProperty('forEach', { items: { $task: 'list', path: '/all' }, maxItems: 9 });
    expect({ edges, roots }).toEqual({ edges: 3, roots: [2] });
  });

  it('has a hash that tells content from the order of keys', () => {
    const hash = planOf([{ id: 'a', input: { x: 1, y: { p: 2, q: 3 } }, maxRetries: 1 }]).hash;
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(planOf([{ maxRetries: 1, input: { y: { q: 3, p: 2 }, x: 1 }, id: 'a' }]).hash).toBe(hash);
    expect(planOf([{ id: 'a', input: { x: 1, y: { p: 2, q: 4 } }, maxRetries: 1 }]).hash).not.toBe(hash);
  });

  it('holds 10,000 tasks in a chain', () => {
    const chain = Array.from({ length: limits.maxTasks }, (_, index) => ({
      id: `t${index}`,
      ...(index > 0 && { dependsOn: [`t${index - 1}`] }),
    }));
    expect(planOf(chain.toReversed())).toMatchObject({ edges: 9_999, roots: [9_999] });
  });

  it('holds exactly as many edges as the limit allows', () => {
    expect(planOf(layers(limits.maxEdges)).edges).toBe(limits.maxEdges);
    expect(faultsOf(layers(limits.maxEdges + 1))).toEqual([
      { code: 'PLAN_TOO_LARGE', pointer: '/tasks', detail: expect.stringContaining('50000') },
    ]);
  });

  it('counts an edge once, however often it is written', () => {
    const twice = layers(limits.maxEdges).map((task) => ({
      ...task,
      dependsOn: [...(task.dependsOn ?? []), ...(task.dependsOn ?? [])],
      input: (task.dependsOn ?? []).slice(0, 2).map((id) => ({ $task: id })),
    }));
    expect(planOf(twice).edges).toBe(limits.maxEdges);
  });

  it('is made of any DAG, in the order of the request, without a false cycle', () => {
    const orders = fc.integer({ min: 1, max: 25 }).chain((size) =>
      fc.tuple(
        fc.shuffledSubarray(
          Array.from({ length: size }, (_, index) => index),
          { minLength: size },
        ),
        fc.array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: size, maxLength: size }),
      ),
    );
    fc.assert(
      fc.property(orders, ([order, picks]) => {
        const tasks: Draft[] = order.map((_, index) => ({ id: `t${index}` }));
        order.forEach((index, position) => {
          if (position > 0) tasks[index]!.dependsOn = picks[position]!.map((pick) => `t${order[pick % position]}`);
        });
        const plan = planOf(tasks);
        expect(plan.tasks.map(({ id, index }) => `${id}=t${index}`)).toEqual(tasks.map(({ id }) => `${id}=${id}`));
        for (const { index, dependsOn } of plan.tasks) {
          expect(dependsOn.map((dependency) => `t${dependency}`).toSorted()).toEqual(
            [...new Set(tasks[index]!.dependsOn)].toSorted(),
          );
          for (const dependency of dependsOn) expect(plan.tasks[dependency]!.dependents).toContain(index);
        }
        expect(plan.edges).toBe(plan.tasks.reduce((sum, { dependents }) => sum + dependents.length, 0));
      }),
    );
  });
});

/** 5,000 tasks, the later ones waiting for some of the first 1,000. */
function layers(edges: number): Draft[] {
  const first = Array.from({ length: 1_000 }, (_, index) => ({ id: `a${index}` }));
  const later = Array.from({ length: Math.ceil(edges / 100) }, (_, index) => ({
    id: `b${index}`,
    dependsOn: first.slice(0, Math.min(100, edges - index * 100)).map(({ id }) => id),
  }));
  return [...first, ...later];
}

describe('a fault', () => {
  it.each<[string, Draft[], Omit<PlanRequest, 'tasks'>, [string, string, string][]]>([
    ['no task', [], {}, [['REQUEST_INVALID', '/tasks', 'at least one task']]],
    [
      'a misspelt action',
      [{ id: 'a', action: 'rag.embd' }],
      {},
      [['ACTION_UNKNOWN', '/tasks/0/action', '"rag.embd" is in the catalog; did you mean "rag.embed"?']],
    ],
    [
      'an unknown action',
      [{ id: 'a', action: 'never.heard' }],
      {},
      [['ACTION_UNKNOWN', '/tasks/0/action', 'no action "never.heard" is in the catalog']],
    ],
    [
      'a cycle',
      [
        { id: 'x' },
        { id: 'a', dependsOn: ['b', 'x'] },
        { id: 'b', dependsOn: ['c'] },
        { id: 'c', input: { $task: 'a' } },
      ],
      {},
      [['DEPENDENCY_CYCLE', '/tasks/1', 'a -> b -> c -> a']],
    ],
    [
      'a model the action may not use',
      [{ id: 'a', action: 'rag.embed', input: { text: '' }, model: 'huge' }],
      {},
      [['MODEL_NOT_ALLOWED', '/tasks/0/model', 'names the model "huge"; rag.embed may use: small, large']],
    ],
    [
      'an action that costs without a maximum',
      [{ id: 'a', action: 'code.deploy', budget: { maxTokens: 1 } }],
      {},
      [['BUDGET_MAXIMUM_MISSING', '/tasks/0/budget/maxCostUsd', 'give task "a" a "budget" with "maxCostUsd"']],
    ],
    [
      'a task that may spend more than all',
      [{ id: 'a', budget: { maxCostUsd: 2, maxTokens: 20 } }],
      { budget: { maxCostUsd: 1, maxTokens: 10 } },
      [
        ['REQUEST_INVALID', '/tasks/0/budget/maxCostUsd', 'may spend 2 USD and the whole directive 1'],
        ['REQUEST_INVALID', '/tasks/0/budget/maxTokens', 'may spend 20 tokens and the whole directive 10'],
      ],
    ],
    [
      'a list of items over its limit',
      [{ id: 'a', forEach: { items: [1, 2, 3], maxItems: 2 } }],
      {},
      [['REQUEST_INVALID', '/tasks/0/forEach/items', 'has 3 items and its "maxItems" is 2']],
    ],
    [
      'a list in the input over its limit',
      [{ id: 'a', forEach: { items: { $input: '/l' }, maxItems: 1 } }],
      { input: { l: [1, 2] } },
      [['REQUEST_INVALID', '/tasks/0/forEach/items', 'has 2 items and its "maxItems" is 1']],
    ],
    [
      'a list of items that is none',
      [{ id: 'a', forEach: { items: { $input: '' }, maxItems: 2 } }],
      { input: 'x' },
      [['REQUEST_INVALID', '/tasks/0/forEach/items', '"a" needs a list']],
    ],
    [
      'a list of items in an input that is not there',
      [{ id: 'a', forEach: { items: { $input: '' }, maxItems: 2 } }],
      {},
      [['REFERENCE_INVALID', '/tasks/0/forEach/items', 'the directive has no "input"']],
    ],
  ])('is found: %s', (_, tasks, rest, faults) => {
    expect(faultsOf(tasks, rest)).toEqual(
      faults.map(([code, pointer, detail]) => ({ code, pointer, detail: expect.stringContaining(detail) })),
    );
  });

  it('does not hide another', () => {
    const codes = faultsOf([
      { id: 'a', action: 'no.such', dependsOn: ['a', 'gone'] },
      { id: 'a', input: { $item: '' } },
      { id: 'b', dependsOn: ['c'] },
      { id: 'c', dependsOn: ['b'], action: 'code.deploy' },
    ]).map(({ code }) => code);
    expect(codes).toEqual([
      'TASK_DUPLICATE',
      'DEPENDENCY_CYCLE',
      'DEPENDENCY_UNKNOWN',
      'REFERENCE_INVALID',
      'DEPENDENCY_CYCLE',
      'ACTION_UNKNOWN',
      'BUDGET_MAXIMUM_MISSING',
    ]);
  });

  it('ends the check of a plan that has a hundred already', () => {
    const wrong = Array.from({ length: 300 }, (_, index) => ({ id: `t${index}`, action: 'no.such' }));
    expect(faultsOf(wrong)).toHaveLength(100);
  });

  it('stands alone when the plan has too many tasks', () => {
    const tasks = Array.from({ length: limits.maxTasks + 1 }, () => ({ id: 'a', action: 'no.such' }));
    expect(faultsOf(tasks)).toEqual([
      {
        code: 'PLAN_TOO_LARGE',
        pointer: '/tasks',
        detail: 'the plan has 10001 tasks and the limit is 10000',
      },
    ]);
  });

  it('names a long cycle by its ends', () => {
    const tasks = Array.from({ length: 1_000 }, (_, index) => ({
      id: `t${index}`,
      dependsOn: [`t${(index + 1) % 1_000}`],
    }));
    const [fault] = faultsOf(tasks);
    expect(fault!.detail).toMatch(/: t0 -> t1 -> .* -> t9 -> \(981 more\) -> t991 -> .* -> t999 -> t0$/);
  });
});
