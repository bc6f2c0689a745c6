import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Json } from '#libs/contracts';
import { HttpBed, problemOf, type SeededTask } from './http-bed.js';

let bed: HttpBed;

beforeAll(async () => {
  bed = await HttpBed.open();
});

afterAll(async () => bed.close());

describe('the logs of a task', () => {
  const tasks: SeededTask[] = [
    { id: 'embed' },
    { id: 'embed[0]', state: { state: 'running', attempt: 3, nonce: 'nonce-3' } },
  ];

  it('are those of every attempt, moved or still with their job, for a child by its encoded id', async () => {
    const id = await bed.seedDirective();
    await bed.seedTasks(id, tasks);
    const queue = `${bed.keys.root(0)}:test.echo.0`;
    await bed.redis.rpush(bed.keys.logs(id, '1.1'), 'one', 'two');
    await bed.redis.zadd(`${queue}:failed`, 1, `${id}.1.2.nonce-2`);
    await bed.redis.rpush(`${queue}:${id}.1.2.nonce-2:logs`, 'three');
    await bed.redis.rpush(`${queue}:${id}.1.3.nonce-3:logs`, 'four');
    const answer = await bed.get(`/directives/${id}/tasks/${encodeURIComponent('embed[0]')}/logs`);
    expect(answer.json).toEqual({
      items: [
        { attempt: 1, line: 'one' },
        { attempt: 1, line: 'two' },
        { attempt: 2, line: 'three' },
        { attempt: 3, line: 'four' },
      ],
    });
  });

  it('are the last thousand lines of an attempt, each cut to its limit', async () => {
    const id = await bed.seedDirective();
    await bed.seedTasks(id, [{ id: 'talk', state: { state: 'succeeded', attempt: 1, nonce: 'n' } }]);
    const lines = Array.from({ length: 1_005 }, (_, at) => `${at} ${'x'.repeat(5_000)}`);
    await bed.redis.rpush(bed.keys.logs(id, '0.1'), ...lines);
    const { items } = (await bed.get(`/directives/${id}/tasks/talk/logs`)).json as { items: { line: string }[] };
    expect([items.length, items[0]!.line.slice(0, 2), items[0]!.line.length]).toEqual([1_000, '5 ', 4_000]);
  });

  it('are none for a task that has not begun, and 404 for one that is not there', async () => {
    const id = await bed.seedDirective();
    await bed.seedTasks(id, tasks);
    expect((await bed.get(`/directives/${id}/tasks/embed/logs`)).json).toEqual({ items: [] });
    expect(problemOf(await bed.get(`/directives/${id}/tasks/nobody/logs`))).toMatchObject({ status: 404 });
  });
});

async function seedArtifact(name: string, mimeType: string, tenant = 'local'): Promise<string> {
  const id = await bed.seedDirective({ tenant });
  const stored = await bed.artifacts.put(tenant, id, 'the bytes');
  const entry = { name, ...stored, mimeType };
  await bed.redis.hset(bed.keys.artifacts(id), entry.sha256, JSON.stringify({ ...entry, task: 'a' }));
  return `${id}.${entry.sha256}`;
}

describe('an artifact', () => {
  it('comes as a download that no browser runs', async () => {
    const id = await seedArtifact('../../docs/über "x".html', 'text/html');
    const answer = await bed.get(`/artifacts/${id}`);
    expect([answer.status, answer.text]).toEqual([200, 'the bytes']);
    const header = (name: string): string | null => answer.headers.get(name);
    expect(header('content-type')).toBe('text/html');
    expect(header('content-length')).toBe('9');
    expect(header('x-content-type-options')).toBe('nosniff');
    expect(header('content-security-policy')).toContain('sandbox');
    expect(header('content-disposition')).toBe(
      `attachment; filename="_ber__x_.html"; filename*=UTF-8''${encodeURIComponent('über "x".html')}`,
    );
  });

  it('with a type that no header can carry comes as bytes', async () => {
    const answer = await bed.get(`/artifacts/${await seedArtifact('a', 'text/x\r\nset-cookie: a=b')}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/octet-stream']);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  it('of another tenant, or under another directive, is not there', async () => {
    const others = await seedArtifact('a', 'text/plain', 'other');
    const mine = await seedArtifact('a', 'text/plain');
    const directive = await bed.seedDirective();
    const moved = `${directive}.${mine.split('.')[1]}`;
    for (const id of [others, moved, `${mine}.x`, directive, '..%2f..%2fetc%2fpasswd']) {
      expect(problemOf(await bed.get(`/artifacts/${id}`))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('whose file is gone is 404 with the reason', async () => {
    const id = await bed.seedDirective();
    const sha256 = 'a'.repeat(64);
    const entry = { name: 'x', sha256, bytes: 1, mimeType: 'text/plain', task: 'a' };
    await bed.redis.hset(bed.keys.artifacts(id), sha256, JSON.stringify(entry));
    expect(problemOf(await bed.get(`/artifacts/${id}.${sha256}`)).detail).toContain('removed from the artifact store');
  });
});

describe('the action catalog', () => {
  it('takes an action, with its defaults, and lists it', async () => {
    const answer = await bed.send('PUT', '/actions/code.build', { version: '2', effect: 'pure' });
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({ name: 'code.build', version: '2', effect: 'pure', timeoutMs: 120_000 });
    const { items } = (await bed.get('/actions')).json as { items: Json[] };
    expect(items).toContainEqual(answer.json);
  });

  it('takes the same version twice, and refuses another content under it', async () => {
    const publish = async (effect: string) => bed.send('PUT', '/actions/code.test', { name: 'code.test', effect });
    expect((await publish('pure')).status).toBe(200);
    expect((await publish('pure')).status).toBe(200);
    expect(problemOf(await publish('once'))).toMatchObject({ status: 409, code: 'ACTION_CONFLICT' });
  });

  it.each([
    ['code.other', { name: 'code.test' }, 400, 'REQUEST_INVALID', '/name'],
    ['nodots', {}, 400, 'REQUEST_INVALID', '/name'],
    ['executor.x', {}, 400, 'REQUEST_INVALID', '/name'],
    ['code.x', { effects: 'pure' }, 400, 'UNKNOWN_FIELD', '/effects'],
    ['code.x', { risk: 'none' }, 400, 'REQUEST_INVALID', '/risk'],
    ['code.x', { input: { type: 'strin' } }, 422, 'ACTION_SCHEMA_INVALID', '/input'],
    ['code.x', { output: { $ref: '#/nowhere' } }, 422, 'ACTION_SCHEMA_INVALID', '/output'],
  ])('refuses PUT %s %j', async (name, body, status, code, pointer) => {
    const problem = problemOf(await bed.send('PUT', `/actions/${name}`, body));
    expect(problem).toMatchObject({ status, code });
    expect(problem.errors).toEqual(expect.arrayContaining([expect.objectContaining({ code, pointer })]));
    expect(await bed.catalog.get(name)).toBeUndefined();
  });
});

type Described = { responses: Record<string, { content?: Record<string, { schema?: Json }> }> };
interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Json> };
}

describe('the description of the API', () => {
  it('has every route with its answer and its problems, and no reference to nothing', async () => {
    const document = (await bed.request('GET', '/docs-json')).json as unknown as OpenApi;
    const checkedIn = await readFile('docs/openapi.json', 'utf8');
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, route]) => ({ name: `${method} ${path}`, route })),
    );
    // What is added or taken away shows in this file's own history, and a breaking change fails `npm run check`.
    expect(Object.keys(document.paths)).toEqual(Object.keys((JSON.parse(checkedIn) as OpenApi).paths));
    for (const { name, route } of routes) {
      const statuses = Object.keys(route.responses);
      expect([name, statuses.some((status) => status.startsWith('2'))]).toEqual([name, true]);
      for (const [status, { content }] of Object.entries(route.responses)) {
        const schema = Object.values(content ?? {})[0]?.schema;
        expect([name, status, schema === undefined]).toEqual([name, status, ['204', '304'].includes(status)]);
      }
    }
    const referenced = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    const missing = [...referenced].map(([, id]) => id!).filter((id) => !(id in document.components.schemas));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('is there to be looked at', async () => {
    const page = await bed.request('GET', '/docs');
    expect([page.status, page.text.includes('swagger-ui')]).toEqual([200, true]);
  });
});

describe('health', () => {
  it('is live and ready while Redis takes a write and gives it back', async () => {
    expect((await bed.get('/health/live')).json).toMatchObject({ status: 'ok' });
    expect((await bed.get('/health/ready')).json).toMatchObject({ status: 'ok', details: { redis: { status: 'up' } } });
    expect(await bed.redis.keys('*:probe*')).toEqual([]);
  });

  it('is live but not ready while Redis stands still, and ready again when it goes on', async () => {
    const { server } = bed;
    server.process.kill('SIGSTOP');
    const stopped = await until(async () => (await bed.get('/health/ready')).status === 503);
    const problem = problemOf(await bed.get('/health/ready'));
    const isLive = (await bed.get('/health/live')).status === 200;
    server.process.kill('SIGCONT');
    expect([stopped, isLive]).toEqual([true, true]);
    expect(problem).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(await until(async () => (await bed.get('/health/ready')).status === 200)).toBe(true);
  });
});

describe('a server that stops', () => {
  it('answers the request that is under way, and waits for no idle connection', async () => {
    const stopping = await HttpBed.open();
    const port = Number(new URL(stopping.app.url).port);
    const [socket, idle] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    const body = JSON.stringify({ intent: 'index the docs' });
    const head = [
      `authorization: Bearer ${stopping.app.ownerKey}`,
      'content-type: application/json',
      `content-length: ${body.length}`,
      'expect: 100-continue',
    ];
    socket.setEncoding('utf8').write(`POST /api/v1/directives HTTP/1.1\r\nhost: a\r\n${head.join('\r\n')}\r\n\r\n`);
    await Promise.all([once(socket, 'data'), once(idle, 'connect')]);
    const closed = stopping.close();
    socket.write(body);
    expect((await socket.toArray()).join('')).toMatch(/^HTTP\/1.1 202 /);
    await closed;
  });
});

/** Asks again until it is so; an answer is cached for a second. */
async function until(isSo: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + 10_000;
  while (performance.now() < deadline) if (await isSo()) return true;
  return false;
}
