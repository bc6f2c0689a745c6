import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { errorCodes } from '#libs/contracts';
import { HttpFront, eventually, sorted } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: object;
}

interface Content {
  description?: string;
  content?: Record<string, { schema: object }>;
}

interface Operation {
  operationId: string;
  summary?: string;
  parameters: Parameter[];
  requestBody?: Content;
  responses: Record<string, Content>;
}

interface OpenApi {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

let front: HttpFront;
let document: OpenApi;
let operations: [name: string, operation: Operation][];

beforeAll(async () => {
  front = await HttpFront.open();
  document = (await (await fetch(`${front.app.url}/docs-json`)).json()) as OpenApi;
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [`${method} ${path}`, operation]),
  );
});

afterAll(async () => front.close());

/** Every schema in the document, wherever it stands. */
function schemas(): object[] {
  const inOperations = operations.flatMap(([, { parameters, requestBody, responses }]) => [
    ...parameters.map(({ schema }) => schema),
    ...[requestBody ?? {}, ...Object.values(responses)].flatMap(({ content = {} }) =>
      Object.values(content).map(({ schema }) => schema),
    ),
  ]);
  return [...Object.values(document.components.schemas), ...inOperations];
}

describe('/docs-json', () => {
  it('is OpenAPI 3.1, each schema of it JSON Schema 2020-12', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d$/);
    expect(document.info).toMatchObject({ title: 'Chain of Command', version: '1' });
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    for (const schema of schemas()) {
      expect([schema, ajv.validateSchema(schema), ajv.errors]).toEqual([schema, true, null]);
    }
  });

  it('is the document that is checked in, of which others make their clients', async () => {
    const stored = await readFile(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
    expect(document).toEqual(JSON.parse(stored));
  });

  it('refers to nothing that is not in it, and its schemas can be used', () => {
    const text = JSON.stringify(document);
    const targets = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target!);
    const known = Object.keys(document.components.schemas).map((id) => `#/components/schemas/${id}`);
    expect(targets.filter((target) => !known.includes(target))).toEqual([]);
    expect(known.filter((id) => !targets.includes(id))).toEqual([]);
    const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
    const submit = ajv.compile({ $ref: '#/components/schemas/SubmitDirective', components: document.components });
    expect(submit({ tasks: [{ id: 'a', action: 'a.b', input: { deep: [{ $task: 'b' }] } }] })).toBe(true);
    expect(submit({ tasks: [{ id: 'a', action: 'a.b', nope: 1 }] })).toBe(false);
  });

  it('describes every operation: what it is, its parameters, its answer, its problems', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(operations.length);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)+$/.test(id))).toEqual([]);
    for (const [name, { summary, parameters, responses }] of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path');
      const templates = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect([name, summary?.length]).toEqual([name, expect.any(Number)]);
      expect([name, inPath.map((parameter) => parameter.name)]).toEqual([name, templates]);
      expect([name, parameters.filter(({ required }) => required)]).toEqual([name, inPath]);
      expect([name, Object.keys(responses).filter((status) => status.startsWith('2'))]).toHaveLength(2);
      expect([name, Object.keys(responses)]).toEqual([name, expect.arrayContaining(['500', '503'])]);
      expect([name, Object.values(responses).filter(({ description }) => !description)]).toEqual([name, []]);
      for (const [status, { content }] of Object.entries(responses).filter(([code]) => Number(code) >= 400)) {
        const wanted = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
        expect([name, status, content]).toEqual([name, status, wanted]);
      }
    }
  });

  it('names the queries, the bodies and the headers', () => {
    const named = operations.flatMap(([name, { parameters, requestBody }]) => {
      const words = parameters.filter((each) => each.in !== 'path').map((each) => each.name);
      const body = Object.values(requestBody?.content ?? {}).map(({ schema }) => Object.values(schema)[0] as string);
      return words.length + body.length === 0 ? [] : [[name, words.join(' '), ...body]];
    });
    expect(named).toEqual([
      ['post /api/v1/directives', 'Idempotency-Key traceparent', '#/components/schemas/SubmitDirective'],
      ['get /api/v1/directives', 'limit cursor state'],
      ['get /api/v1/directives/{id}/plan', 'limit cursor'],
      ['get /api/v1/directives/{id}/events', 'limit after'],
      ['post /api/v1/directives/{id}/retry', 'Idempotency-Key traceparent'],
      ['post /api/v1/directives/{id}/complete', '', '#/components/schemas/EndDirective'],
      ['post /api/v1/directives/{id}/fail', '', '#/components/schemas/EndDirective'],
      ['post /api/v1/directives/{id}/stop', '', '#/components/schemas/EndDirective'],
      ['post /api/v1/orchestrator/plan', '', '#/components/schemas/SubmitDirective'],
      ['post /api/v1/orchestrator/execute', 'Idempotency-Key traceparent', '#/components/schemas/SubmitDirective'],
      ['get /api/v1/approvals', 'limit cursor'],
      ['post /api/v1/approvals/{id}/approve', '', '#/components/schemas/ApproveHold'],
      ['post /api/v1/approvals/{id}/deny', '', '#/components/schemas/DenyHold'],
      ['post /api/v1/approvals/{id}/resolve', '', '#/components/schemas/ResolveHold'],
      ['get /api/v1/grants', 'directive'],
      ['delete /api/v1/grants/{action}', 'directive'],
      ['post /api/v1/directives/{id}/budget', '', '#/components/schemas/RaiseBudget'],
      ['get /api/v1/directives/{id}/events/stream', 'after Last-Event-ID'],
      ['get /api/v1/events/stream', 'after type Last-Event-ID'],
      ['put /api/v1/actions/{name}', '', '#/components/schemas/ActionBody'],
      ['post /api/v1/keys', '', '#/components/schemas/CreateKey'],
      ['get /api/v1/keys', 'limit cursor tenant'],
    ]);
  });

  it('is shown by a page that loads nothing from elsewhere', async () => {
    const page = await fetch(`${front.app.url}/docs`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    const sources = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!);
    expect(sources.length).toBeGreaterThan(2);
    for (const source of sources) {
      const url = new URL(source, `${front.app.url}/docs`);
      const { status, bytes } = await fetch(url).then(async (answer) => ({
        status: answer.status,
        bytes: await answer.bytes(),
      }));
      expect([source, url.origin, status]).toEqual([source, new URL(front.app.url).origin, 200]);
      expect(bytes.byteLength).toBeGreaterThan(0);
    }
  });
});

describe('docs/errors.md', () => {
  it('has a line for each code, with its status, under the anchor a problem points to', async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/errors.md'), 'utf8');
    const rows = [...text.matchAll(/^\| <a id="(\w+)"><\/a>`(\w+)` \| (\d+) \| .+ \| .+ \|$/gm)];
    const told = rows.map(([, anchor, code, status]) => `${anchor} ${code} ${status}`);
    const codes = Object.entries(errorCodes).map(([code, status]) => `${code} ${code} ${status}`);
    expect(sorted(told)).toEqual(sorted(codes));
  });
});

describe('an orchestrator that Redis leaves alone', () => {
  it('is alive and not ready, and ready again by itself when Redis comes back', async () => {
    const { process } = front.rooms.server;
    process.kill('SIGSTOP');
    try {
      const late = await eventually(
        async () => front.call('GET', '/health/ready'),
        ({ status }) => status !== 200,
      );
      expect(problemOf(late)).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
      expect(late.headers.get('cache-control')).toContain('no-store');
      expect((await front.call('GET', '/health/live')).json).toMatchObject({ status: 'ok' });
    } finally {
      process.kill('SIGCONT');
    }
    await eventually(
      async () => front.call('GET', '/health/ready'),
      ({ status }) => status === 200,
    );
  });

  it('serves again after all its connections were cut', async () => {
    const { redis } = front.rooms;
    const connections = async (): Promise<number> => String(await redis.call('CLIENT', 'LIST')).split('\n').length;
    await front.call('PUT', '/actions/test.echo', { effect: 'pure' });
    const before = await connections();
    await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }] });
    expect(await front.directive(id)).toMatchObject({ state: 'QUEUED' });
    expect(await eventually(connections, (count) => count >= before)).toBeGreaterThanOrEqual(before);
  });
});
