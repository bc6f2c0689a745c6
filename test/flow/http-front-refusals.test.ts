import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { limits, type Json } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

let front: HttpFront;
let mine: string;
let foreign: string;

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
  mine = await front.submit({ tasks: [task('a')], ref: 'taken' }, { 'idempotency-key': 'used' });
  foreign = await otherTenants();
});

afterAll(async () => front.close());

/** A directive of another tenant: the record of one of ours under a new id, with the tenant changed. */
async function otherTenants(): Promise<string> {
  const { redis, keys } = front.rooms;
  const id = await front.submit({ tasks: [task('a')], title: 'secret plan' });
  await redis.hset(keys.directive(id), 'tenant', 'other');
  for (const shard of [0, 1]) await redis.zrem(keys.index(shard, 'local'), id);
  await redis.zadd(keys.index(Number(id[1]), 'other'), Date.now(), id);
  const entry = { name: 'secret', sha256: 'a'.repeat(64), bytes: 1, mimeType: 'text/plain', task: 'a' };
  await redis.hset(keys.artifacts(id), entry.sha256, JSON.stringify(entry));
  return id;
}

function task(id: string, more: Record<string, Json> = {}): Json {
  return { id, action: 'test.echo', ...more };
}

interface Refusal {
  method?: string;
  path?: string;
  body?: Json;
  headers?: Record<string, string>;
  status: number;
  code: string;
  pointers?: string[];
}

/** Sends it, checks the whole answer, and that Redis holds byte for byte what it held before. */
async function expectRefused({ method = 'POST', path = '/directives', body, headers, ...wanted }: Refusal) {
  const before = await front.fingerprint();
  const answer = await front.call(method, path, body, headers);
  const problem = problemOf(answer);
  expect({ ...problem, httpStatus: answer.status }).toMatchObject({
    status: wanted.status,
    httpStatus: wanted.status,
    code: wanted.code,
    type: `/docs/errors#${wanted.code}`,
    instance: `/api/v1${path.split('?')[0]}`,
    detail: expect.stringMatching(/./),
  });
  if (wanted.pointers) expect((problem.errors ?? []).map(({ pointer }) => pointer)).toEqual(wanted.pointers);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(answer.text).not.toMatch(/\n\s+at |node_modules|ReplyError|WRONGTYPE|user_script|secret/);
  expect(await front.fingerprint()).toEqual(before);
  return problem;
}

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
    await expectRefused({ body, status, code, pointers });
  });

  it('a cycle, which is named', async () => {
    const tasks = [
      task('one', { dependsOn: ['three'] }),
      task('two', { input: { $task: 'one' } }),
      task('three', { dependsOn: ['two'] }),
      task('free'),
    ];
    const { detail } = await expectRefused({ body: { tasks }, status: 422, code: 'DEPENDENCY_CYCLE' });
    expect(detail).toMatch(/one.*(two|three).*(two|three).*one|two.*two|three.*three/);
    expect(detail).not.toContain('free');
  });

  it('an Idempotency-Key that was used for something else', async () => {
    const headers = { 'idempotency-key': 'used' };
    await expectRefused({ body: { tasks: [task('b')] }, headers, status: 422, code: 'IDEMPOTENCY_MISMATCH' });
  });

  it.each(['has a blank', 'x'.repeat(256), '', 'ü'])('the Idempotency-Key "%s"', async (key) => {
    const headers = { 'idempotency-key': key };
    await expectRefused({ body: { tasks: [task('a')] }, headers, status: 400, code: 'REQUEST_INVALID' });
  });

  it.each([
    ['UNKNOWN_FIELD', { intent: 'x', ['k'.repeat(1_000_000)]: 1 }],
    ['REQUEST_INVALID', { intent: 'x', labels: { ['k'.repeat(1_000_000)]: 'x' } }],
    ['INPUT_INVALID', { tasks: [{ id: 'a', action: 'test.strict', input: { count: 1, ['k'.repeat(1_000_000)]: 1 } }] }],
  ])('a key of a megabyte (%s), which the answer does not repeat', async (code, body) => {
    const problem = await expectRefused({ body, status: code === 'INPUT_INVALID' ? 422 : 400, code });
    expect(JSON.stringify(problem).length).toBeLessThan(20_000);
  });
});

describe('a question is refused with', () => {
  const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each(['x', '""', cursorOf(null), cursorOf([1]), cursorOf(['1', 'a']), cursorOf([-1, 'a']), cursorOf([1.5, 'a'])])(
    'the cursor %s',
    async (cursor) => {
      await expectRefused({ method: 'GET', path: `/directives?cursor=${cursor}`, status: 400, code: 'CURSOR_INVALID' });
      const path = `/directives/${mine}/plan?cursor=${cursorOf(['no', 'number'])}`;
      await expectRefused({ method: 'GET', path, status: 400, code: 'CURSOR_INVALID' });
    },
  );

  it.each([
    'limit=',
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=1.5',
    'limit=0x10',
    'limit=1e1',
    'limit=%205',
    'limit=1&limit=2',
  ])('%s', async (query) => {
    const path = `/directives?${query}`;
    await expectRefused({ method: 'GET', path, status: 400, code: 'REQUEST_INVALID', pointers: ['/limit'] });
  });

  it.each([
    ['/directives?state=DONE', 'REQUEST_INVALID', '/state'],
    ['/directives?tenant=other', 'UNKNOWN_FIELD', '/tenant'],
    ['/directives?__proto__=1', 'UNKNOWN_FIELD', '/__proto__'],
    ['/directives?constructor=1', 'UNKNOWN_FIELD', '/constructor'],
    ['/directives/ID/plan?limit=1001', 'REQUEST_INVALID', '/limit'],
    ['/directives/ID/events?after=-1', 'REQUEST_INVALID', '/after'],
    ['/directives/ID/events?after=9007199254740993', 'REQUEST_INVALID', '/after'],
    ['/directives/ID/events?cursor=x', 'UNKNOWN_FIELD', '/cursor'],
  ])('%s', async (path, code, pointer) => {
    await expectRefused({ method: 'GET', path: path.replace('ID', mine), status: 400, code, pointers: [pointer] });
  });
});

describe("another tenant's directive is not there", () => {
  it.each([
    ['GET', ''],
    ['GET', '/plan'],
    ['GET', '/events'],
    ['GET', '/output'],
    ['GET', '/tasks/a/logs'],
    ['POST', '/cancel'],
    ['POST', '/pause'],
    ['POST', '/resume'],
  ])('for %s %s, with the words for an id that never was', async (method, part) => {
    const never = foreign.replace(/.{4}$/, 'ZZZZ');
    const asked = { method, status: 404, code: 'NOT_FOUND' };
    const one = await expectRefused({ ...asked, path: `/directives/${foreign}${part}` });
    const other = await expectRefused({ ...asked, path: `/directives/${never}${part}` });
    expect(JSON.stringify(one).replaceAll(foreign, 'ID')).toBe(JSON.stringify(other).replaceAll(never, 'ID'));
  });

  it('in the list, in any state, nor are its artifacts', async () => {
    const { items } = await front.get<{ items: { id: string }[] }>('/directives');
    expect(items.map(({ id }) => id)).toEqual([mine]);
    const path = `/artifacts/${foreign}.${'a'.repeat(64)}`;
    await expectRefused({ method: 'GET', path, status: 404, code: 'NOT_FOUND' });
  });
});

describe('the catalog refuses, and keeps what it has, for', () => {
  it.each([
    ['another content under a published version', 'test.echo', { effect: 'once' }, 409, 'ACTION_CONFLICT'],
    ['a schema that is none', 'test.new', { input: { type: 'strin' } }, 422, 'ACTION_SCHEMA_INVALID'],
    ['a schema that points elsewhere', 'test.new', { output: { $ref: 'https://x/y' } }, 422, 'ACTION_SCHEMA_INVALID'],
    ['a name of the path and another in the body', 'test.new', { name: 'test.old' }, 400, 'REQUEST_INVALID'],
    ['a name without a role', 'test', {}, 400, 'REQUEST_INVALID'],
    ['a name of the system', 'orchestrator.decide', {}, 400, 'REQUEST_INVALID'],
    ['a name with a version', 'test.new@2', {}, 400, 'REQUEST_INVALID'],
    ['an unknown field', 'test.new', { cost: 1 }, 400, 'UNKNOWN_FIELD'],
    ['a list', 'test.new', [], 400, 'REQUEST_INVALID'],
  ])('%s', async (_, name, body, status, code) => {
    await expectRefused({ method: 'PUT', path: `/actions/${encodeURIComponent(name)}`, body, status, code });
  });
});
