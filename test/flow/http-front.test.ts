import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { connect } from 'node:net';
import { limits, type Json, type Problem } from '#libs/contracts';
import { HttpBed, problemOf, type HttpAnswer } from './http-bed.js';

let bed: HttpBed;

beforeAll(async () => {
  bed = await HttpBed.open();
  await bed.publish({ name: 'test.echo', effect: 'pure' });
  await bed.publish({
    name: 'test.strict',
    effect: 'pure',
    input: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
  });
  await bed.publish({ name: 'test.dear', effect: 'pure', maxCostUsd: null });
});

afterAll(async () => bed.close());

const echo = (id: string, more: Record<string, Json> = {}): Json => ({ id, action: 'test.echo', ...more });
const tasks = (...list: Json[]): Json => ({ tasks: list });
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

describe('a submit', () => {
  it('is accepted with an id, and the directive is there under its Location', async () => {
    const answer = await bed.send('POST', '/directives', tasks(echo('a')));
    expect(answer.status).toBe(202);
    const { id } = answer.json as { id: string };
    expect(answer.headers.get('location')).toBe(`/api/v1/directives/${id}`);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await bed.get(`/directives/${id}`)).json).toMatchObject({ id, tenant: 'local', tasks: { total: 1 } });
  });

  it('gives the same directive for the same Idempotency-Key, and refuses it for another request', async () => {
    const headers = { 'idempotency-key': 'order-66' };
    const first = await bed.send('POST', '/directives', tasks(echo('a')), headers);
    expect((await bed.send('POST', '/directives', tasks(echo('a')), headers)).json).toEqual(first.json);
    const other = await bed.send('POST', '/directives', tasks(echo('b')), headers);
    expect(problemOf(other)).toMatchObject({ status: 422, code: 'IDEMPOTENCY_MISMATCH' });
  });

  it('refuses a ref that another directive has', async () => {
    const body = { tasks: [echo('a')], ref: 'my-own-id' };
    expect((await bed.send('POST', '/directives', body)).status).toBe(202);
    expect(problemOf(await bed.send('POST', '/directives', body))).toMatchObject({ status: 409, code: 'REF_TAKEN' });
  });

  it('keeps a key of the data that is called like a part of a prototype', async () => {
    const input = { constructor: 'Ferrari', prototype: 'F1', nested: [{ constructor: { name: 'Enzo' } }] };
    const { id } = (await bed.send('POST', '/directives', { tasks: [echo('a')], input })).json as { id: string };
    const request = JSON.parse((await bed.redis.hget(bed.keys.directive(id), 'request'))!) as { input: Json };
    expect(request.input).toEqual(input);
  });

  it('takes 32 levels of nesting, and brackets and escapes inside a text are no level', async () => {
    const deep = `{"tasks":[{"id":"a","action":"test.echo","input":${nested(29)}}]}`;
    expect((await bed.sendRaw('POST', '/directives', deep)).status).toBe(202);
    const text = tasks(echo('a', { input: `${'['.repeat(100)}"\\"${'{'.repeat(100)}` }));
    expect((await bed.send('POST', '/directives', text)).status).toBe(202);
  });

  it('takes a body of more than 1 MB', async () => {
    const body = tasks(echo('a', { input: 'x'.repeat(2 * limits.maxBodyBytes) }));
    expect((await bed.send('POST', '/directives', body)).status).toBe(202);
  });

  it('is cancelled, paused and resumed with or without an empty body', async () => {
    const { id } = (await bed.send('POST', '/directives', tasks(echo('a')))).json as { id: string };
    const cancelled = await bed.sendRaw('POST', `/directives/${id}/cancel`, '');
    expect(cancelled).toMatchObject({ status: 200, json: { state: 'CANCELLED' } });
    const paused = await bed.request('POST', `/api/v1/directives/${id}/pause`);
    expect(problemOf(paused)).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL' });
    const nobody = await bed.request('POST', '/api/v1/directives/nobody/resume');
    expect(problemOf(nobody)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

interface BadRow {
  name: string;
  body: Json;
  status: number;
  code: string;
  pointer: string;
}

function row(name: string, body: Json, status: number, code: string, pointer: string): BadRow {
  return { name, body, status, code, pointer };
}

const manyTasks = (count: number): Json => ({ tasks: Array.from({ length: count }, (_, at) => echo(`t${at}`)) });
const ids = Array.from({ length: 251 }, (_, at) => `t${at}`);
const manyEdges: Json = {
  tasks: [...ids.map((id) => echo(id)), ...Array.from({ length: 200 }, (_, at) => echo(`u${at}`, { dependsOn: ids }))],
};

const badBodies: BadRow[] = [
  row('an unknown field', { intent: 'x', foo: 1 }, 400, 'UNKNOWN_FIELD', '/foo'),
  row('an unknown field of a task', tasks(echo('a', { 'a/b~c': 1 })), 400, 'UNKNOWN_FIELD', '/tasks/0/a~1b~0c'),
  row('a field of the wrong kind', { intent: 'x', ttlMs: 'soon' }, 400, 'REQUEST_INVALID', '/ttlMs'),
  row('neither tasks nor workflow nor intent', {}, 400, 'REQUEST_INVALID', ''),
  row('tasks and an intent', { intent: 'x', tasks: [echo('a')] }, 400, 'REQUEST_INVALID', ''),
  row('no object', [1], 400, 'REQUEST_INVALID', ''),
  row('no tasks', { tasks: [] }, 400, 'REQUEST_INVALID', '/tasks'),
  row('tasks that are null', tasks(null), 400, 'REQUEST_INVALID', '/tasks/0'),
  row('labels that are a text', { intent: 'x', labels: 'abc' }, 400, 'REQUEST_INVALID', '/labels'),
  row('an action nobody has', tasks({ id: 'a', action: 'no.such' }), 422, 'ACTION_UNKNOWN', '/tasks/0/action'),
  row(
    'input that fails the schema of the action',
    tasks({ id: 'a', action: 'test.strict', input: { text: 1 } }),
    422,
    'INPUT_INVALID',
    '/tasks/0/input/text',
  ),
  row(
    'a dependency that is not there',
    tasks(echo('a', { dependsOn: ['zz'] })),
    422,
    'DEPENDENCY_UNKNOWN',
    '/tasks/0/dependsOn/0',
  ),
  row('a duplicate task id', tasks(echo('a'), echo('a')), 422, 'TASK_DUPLICATE', '/tasks/1/id'),
  row(
    'a costed action without a maximum',
    tasks({ id: 'a', action: 'test.dear' }),
    422,
    'BUDGET_MAXIMUM_MISSING',
    '/tasks/0/budget/maxCostUsd',
  ),
  row('more than 10,000 tasks', manyTasks(limits.maxTasks + 1), 422, 'PLAN_TOO_LARGE', '/tasks'),
  row('more than 50,000 edges', manyEdges, 422, 'PLAN_TOO_LARGE', '/tasks'),
  row('a workflow nobody has', { workflow: 'no-such' }, 422, 'WORKFLOW_UNKNOWN', '/workflow'),
];

function faultsOf(answer: HttpAnswer): Problem['errors'] {
  return problemOf(answer).errors;
}

describe('a submit with', () => {
  it.each(badBodies)('$name is refused as $code', async ({ body, status, code, pointer }) => {
    const before = await bed.stored();
    const answer = await bed.send('POST', '/directives', body);
    expect(problemOf(answer)).toMatchObject({ status, code, instance: '/api/v1/directives' });
    expect(answer.status).toBe(status);
    expect(faultsOf(answer)).toEqual(expect.arrayContaining([expect.objectContaining({ code, pointer })]));
    expect(await bed.stored()).toEqual(before);
  });

  it('a cycle is refused with the tasks that make it', async () => {
    const loop = tasks(echo('one', { dependsOn: ['two'] }), echo('two', { dependsOn: ['one'] }));
    const problem = problemOf(await bed.send('POST', '/directives', loop));
    expect(problem).toMatchObject({ status: 422, code: 'DEPENDENCY_CYCLE' });
    expect(problem.detail).toMatch(/one.*two|two.*one/);
  });

  it('many faults is told about each of them', async () => {
    const body = { tasks: [{ id: '!', action: 'x', nope: 1 }], ttlMs: -1, foo: 1 };
    const pointers = faultsOf(await bed.send('POST', '/directives', body))!.map(({ pointer }) => pointer);
    expect(pointers.toSorted()).toEqual(['/foo', '/tasks/0/action', '/tasks/0/id', '/tasks/0/nope', '/ttlMs']);
  });

  it('millions of empty tasks is refused before anybody counts their faults', async () => {
    const body = `{"tasks":[${'{},'.repeat(2_700_000)}{}]}`;
    const problem = problemOf(await bed.sendRaw('POST', '/directives', body));
    expect(problem).toMatchObject({ status: 422, code: 'PLAN_TOO_LARGE' });
    expect(problem.detail).toContain('2700001 tasks; the limit is 10000');
  });

  it('an Idempotency-Key of blanks is refused', async () => {
    const answer = await bed.send('POST', '/directives', tasks(echo('a')), { 'idempotency-key': 'a b' });
    expect(problemOf(answer)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

const badTexts: [name: string, body: string | Uint8Array<ArrayBuffer>, code: string][] = [
  ['half a text', '{"tasks": [', 'BODY_MALFORMED'],
  ['nothing', '', 'BODY_MALFORMED'],
  ['null', 'null', 'BODY_MALFORMED'],
  ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 'BODY_MALFORMED'],
  ['a prototype', '{"intent":"x","input":{"__proto__":{"a":1}}}', 'BODY_MALFORMED'],
  ['a prototype in escapes', '{"intent":"x","input":{"\\u005f_proto__":1}}', 'BODY_MALFORMED'],
  ['a constructor with a prototype', '{"intent":"x","input":[{"constructor":{"prototype":{}}}]}', 'BODY_MALFORMED'],
  ['33 levels', `{"intent":"x","input":${nested(32)}}`, 'BODY_TOO_DEEP'],
  ['a million open brackets', '['.repeat(1_000_000), 'BODY_TOO_DEEP'],
];

describe('a body of', () => {
  it.each(badTexts)('%s is refused', async (_, body, code) => {
    const before = await bed.stored();
    const answer = await bed.sendRaw('POST', '/directives', body);
    expect(problemOf(answer)).toMatchObject({ status: 400, code });
    expect(await bed.stored()).toEqual(before);
  });

  it.each([
    ['POST', '/directives', limits.maxSubmitBytes],
    ['PUT', '/actions/test.big', limits.maxBodyBytes],
  ])('%s %s over its limit is refused with the limit', async (method, path, limit) => {
    const answer = await bed.send(method, path, 'x'.repeat(limit));
    expect(problemOf(answer)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    expect(problemOf(answer).detail).toContain(String(limit));
    // A client that writes all before it reads meets a broken pipe instead when the connection is closed here.
    expect(answer.headers.get('connection')).not.toBe('close');
  });

  it('unknown length over the limit is refused with the limit', async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    const pieces = Array.from({ length: 24 }, () => chunk);
    const answer = await bed.request('PUT', '/api/v1/actions/test.big', {
      body: ReadableStream.from(pieces),
      headers: { 'content-type': 'application/json' },
      duplex: 'half',
    });
    expect(problemOf(answer).detail).toContain(String(limits.maxBodyBytes));
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/merge-patch+json', ''])(
    'type "%s" is refused',
    async (type) => {
      const bytes = new TextEncoder().encode('{"intent":"x"}');
      const answer = await bed.sendRaw('POST', '/directives', bytes, type === '' ? {} : { 'content-type': type });
      expect(problemOf(answer)).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
    },
  );
});

describe('what is not there', () => {
  it.each([
    ['GET', '/api/v1/nothing'],
    ['GET', '/'],
    ['DELETE', '/api/v1/directives'],
    ['PATCH', '/api/v1/directives/x'],
    ['GET', '/api/v1/directives/d0_01ARZ3NDEKTSV4RRFFQ69G5FAV'],
    ['GET', '/api/v1/directives/..%2f..%2fetc'],
    ['GET', '/api/v1/artifacts/d0_01ARZ3NDEKTSV4RRFFQ69G5FAV.x'],
  ])('%s %s answers 404', async (method, path) => {
    const answer = await bed.request(method, path);
    expect(problemOf(answer)).toMatchObject({ status: 404, code: 'NOT_FOUND', instance: path });
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['/api/v1/directives/%zz', `/api/v1/directives/${'x'.repeat(600)}`])(
    'a path no router can read is a problem',
    async (path) => {
      expect(problemOf(await bed.request('GET', path))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    },
  );
});

/** What comes back for bytes that no HTTP client would send. */
async function talk(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(bed.app.url).port), '127.0.0.1');
  socket.setEncoding('utf8').write(bytes);
  return (await socket.toArray()).join('');
}

describe('what is no HTTP', () => {
  it.each([
    ['bytes', 'hello?\r\n\r\n', 'it is not HTTP'],
    ['headers without end', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'headers are over 16 KB'],
  ])('%s are refused with a problem', async (_, bytes, reason) => {
    const [head, body] = (await talk(bytes)).split('\r\n\r\n');
    expect(head).toContain('application/problem+json');
    expect(JSON.parse(body!)).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
    expect(body).toContain(reason);
  });
});

describe('when something breaks here', () => {
  it('the answer has an incident and neither a stack nor what Redis said', async () => {
    const id = await bed.seedDirective();
    await bed.redis.del(bed.keys.directive(id));
    await bed.redis.set(bed.keys.directive(id), 'not a hash');
    const answer = await bed.get(`/directives/${id}`);
    expect(problemOf(answer)).toMatchObject({ status: 500, code: 'INTERNAL' });
    expect(problemOf(answer).detail).toMatch(/the log has it as [0-9a-f-]{36}$/);
    expect(answer.text).not.toMatch(/WRONGTYPE|ReplyError|\bat |node_modules/);
    await bed.redis.del(bed.keys.directive(id));
  });

  it('a Redis that takes no writes makes the answer 503, and nothing is stored', async () => {
    const before = await bed.stored();
    await bed.redis.config('SET', 'maxmemory', '1');
    const answer = await bed.send('POST', '/directives', tasks(echo('a')));
    await bed.redis.config('SET', 'maxmemory', '0');
    expect(problemOf(answer)).toMatchObject({ status: 503, code: 'MEMORY_SHORT' });
    expect(answer.text).not.toContain('OOM');
    expect(await bed.stored()).toEqual(before);
  });
});
