import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { limits, type Json } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;

const strict: Json = {
  type: 'object',
  required: ['count'],
  properties: { count: { type: 'integer' } },
  additionalProperties: false,
};

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  await front.call('PUT', '/actions/test.echo', { effect: 'pure' });
  await front.call('PUT', '/actions/test.strict', { effect: 'pure', input: strict });
  await front.call('PUT', '/actions/test.dear', { effect: 'pure', maxCostUsd: null });
  await front.submit({ tasks: [task('a')], ref: 'taken' }, { 'idempotency-key': 'used' });
});

afterAll(async () => front.close());

function task(id: string, more: Record<string, Json> = {}): Json {
  return { id, action: 'test.echo', ...more };
}

const longKey = 'k'.repeat(1_000_000);
const manyTasks = (count: number): Json[] => Array.from({ length: count }, (_, at) => task(`t${at}`));
const first = Array.from({ length: 230 }, (_, at) => `t${at}`);
const denseTasks: Json[] = [
  ...manyTasks(230),
  ...Array.from({ length: 218 }, (_, at) => task(`u${at}`, { dependsOn: first })),
];

const plans: [name: string, body: Json, status: number, code: string, pointers: string[]][] = [
  ['a field nobody knows', { intent: 'x', nope: 1 }, 400, 'UNKNOWN_FIELD', ['/nope']],
  [
    'a field called like a part of a prototype',
    { intent: 'x', constructor: 1 },
    400,
    'UNKNOWN_FIELD',
    ['/constructor'],
  ],
  ['an unknown field of a task', { tasks: [task('a', { x: 1 })] }, 400, 'UNKNOWN_FIELD', ['/tasks/0/x']],
  [
    'an unknown field of a budget',
    { tasks: [task('a', { budget: { maxCost: 1 } })], budget: { usd: 1 } },
    400,
    'UNKNOWN_FIELD',
    ['/tasks/0/budget/maxCost', '/budget/usd'],
  ],
  ['an unknown field of policies', { intent: 'x', policies: { retry: 1 } }, 400, 'UNKNOWN_FIELD', ['/policies/retry']],
  [
    'a reference with a typing error',
    { tasks: [task('a', { forEach: { items: { $taks: 'b' } } })] },
    400,
    'REQUEST_INVALID',
    ['/tasks/0/forEach/items'],
  ],
  ['a negative budget', { intent: 'x', budget: { maxCostUsd: -1 } }, 400, 'REQUEST_INVALID', ['/budget/maxCostUsd']],
  ['an action in capitals', { tasks: [{ id: 'a', action: 'Test.Echo' }] }, 400, 'REQUEST_INVALID', ['/tasks/0/action']],
  [
    'an action of the system',
    { tasks: [{ id: 'a', action: 'executor.run' }] },
    400,
    'REQUEST_INVALID',
    ['/tasks/0/action'],
  ],
  [
    'an action not in the catalog',
    { tasks: [{ id: 'a', action: 'test.ecko' }] },
    422,
    'ACTION_UNKNOWN',
    ['/tasks/0/action'],
  ],
  [
    'inputs that fail the schema of their action',
    {
      tasks: [
        { id: 'a', action: 'test.strict', input: { count: '1' } },
        { id: 'b', action: 'test.strict', input: { count: 1, more: 2 } },
        { id: 'c', action: 'test.strict', input: { $input: '/wrong' } },
      ],
      input: { wrong: [] },
    },
    422,
    'INPUT_INVALID',
    ['/tasks/0/input/count', '/tasks/1/input/more', '/tasks/2/input'],
  ],
  [
    'an unknown dependency',
    { tasks: [task('a', { dependsOn: ['b'] })] },
    422,
    'DEPENDENCY_UNKNOWN',
    ['/tasks/0/dependsOn/0'],
  ],
  [
    'a reference to no task',
    { tasks: [task('a', { input: { $task: 'b' } })] },
    422,
    'REFERENCE_INVALID',
    ['/tasks/0/input'],
  ],
  ['an output of no task', { tasks: [task('a')], output: [{ $task: 'b' }] }, 422, 'REFERENCE_INVALID', ['/output/0']],
  ['a duplicate task', { tasks: [task('a'), task('a')] }, 422, 'TASK_DUPLICATE', ['/tasks/1/id']],
  ['10,001 tasks', { tasks: manyTasks(limits.maxTasks + 1) }, 422, 'PLAN_TOO_LARGE', ['/tasks']],
  ['50,140 edges', { tasks: denseTasks }, 422, 'PLAN_TOO_LARGE', ['/tasks']],
  [
    'a dear action without a maximum',
    { tasks: [{ id: 'a', action: 'test.dear' }] },
    422,
    'BUDGET_MAXIMUM_MISSING',
    ['/tasks/0/budget/maxCostUsd'],
  ],
  ['an unknown workflow', { workflow: 'docs.indx' }, 422, 'WORKFLOW_UNKNOWN', ['/workflow']],
  [
    'a wrong input of a workflow',
    { workflow: 'docs.index', input: { folder: 7 } },
    422,
    'INPUT_INVALID',
    ['/input/folder'],
  ],
  ['no input of a workflow', { workflow: 'docs.index' }, 422, 'INPUT_INVALID', ['/input/folder']],
  ['a ref that is taken', { tasks: [task('a')], ref: 'taken' }, 409, 'REF_TAKEN', ['/ref']],
];

describe('a submit is refused, and leaves nothing behind, with', () => {
  it.each(plans)('%s', async (_, body, status, code, pointers) => {
    expect(await front.refusal('POST', '/directives', body)).toMatchObject({ status, code, pointers, changed: [] });
  });

  it('a cycle, which is named', async () => {
    const tasks = [
      task('one', { dependsOn: ['three'] }),
      task('two', { input: { $task: 'one' } }),
      task('three', { dependsOn: ['two'] }),
      task('free'),
    ];
    const refusal = await front.refusal('POST', '/directives', { tasks });
    expect(refusal).toMatchObject({ status: 422, code: 'DEPENDENCY_CYCLE', changed: [] });
    expect(refusal.detail).toMatch(/one -> (two|three) -> (two|three) -> one|two -> .* -> two|three -> .* -> three/);
    expect(refusal.detail).not.toContain('free');
  });

  it('an Idempotency-Key that was used for something else', async () => {
    const headers = { 'idempotency-key': 'used' };
    const refusal = await front.refusal('POST', '/directives', { tasks: [task('b')] }, headers);
    expect(refusal).toMatchObject({ status: 422, code: 'IDEMPOTENCY_MISMATCH', changed: [] });
  });

  it.each(['has a blank', 'x'.repeat(256), '', 'ü'])('the Idempotency-Key "%s"', async (key) => {
    const headers = { 'idempotency-key': key };
    const refusal = await front.refusal('POST', '/directives', { tasks: [task('a')] }, headers);
    expect(refusal).toMatchObject({ status: 400, code: 'REQUEST_INVALID', changed: [] });
  });

  it('half of a surrogate pair, which Redis cannot read', async () => {
    const bodies: Json[] = [
      { tasks: [task('a')], title: '\ud800' },
      { tasks: [task('a', { input: { '\udfff': 1 } })] },
    ];
    for (const body of bodies) {
      const refusal = await front.refusal('POST', '/directives', body);
      expect(refusal).toMatchObject({ status: 400, code: 'BODY_MALFORMED', changed: [] });
    }
  });

  it.each([
    ['UNKNOWN_FIELD', { intent: 'x', [longKey]: 1 }],
    ['REQUEST_INVALID', { intent: 'x', labels: { [longKey]: 'x' } }],
    ['INPUT_INVALID', { tasks: [{ id: 'a', action: 'test.strict', input: { count: 1, [longKey]: 1 } }] }],
  ])('a key of a megabyte (%s), which the answer does not repeat', async (code, body) => {
    const refusal = await front.refusal('POST', '/directives', body);
    expect(refusal).toMatchObject({ code, changed: [] });
    expect(refusal.bytes).toBeLessThan(20_000);
  });
});
