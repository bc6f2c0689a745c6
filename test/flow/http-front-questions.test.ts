import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shardOfDirective, type Json } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;
let mine: string;
let foreign: string;

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  await front.call('PUT', '/actions/test.echo', { effect: 'pure' });
  mine = await front.submit({ tasks: [task('a')] });
  foreign = await otherTenants();
});

afterAll(async () => front.close());

/** A directive of another tenant: the record of one of ours under a new id, with the tenant changed. */
async function otherTenants(): Promise<string> {
  const { redis, keys } = front.rooms;
  const id = await front.submit({ tasks: [task('a')], title: 'secret plan' });
  await redis.hset(keys.directive(id), 'tenant', 'other');
  for (const shard of [0, 1]) await redis.zrem(keys.index(shard, 'local'), id);
  await redis.zadd(keys.index(shardOfDirective(id)!, 'other'), Date.now(), id);
  const entry = { name: 'secret', sha256: 'a'.repeat(64), bytes: 1, mimeType: 'text/plain', task: 'a' };
  await redis.hset(keys.artifacts(id), entry.sha256, JSON.stringify(entry));
  return id;
}

function task(id: string): Json {
  return { id, action: 'test.echo' };
}

describe('a question is refused with', () => {
  const cursorOf = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each(['x', '""', cursorOf(null), cursorOf([1]), cursorOf(['1', 'a']), cursorOf([-1, 'a']), cursorOf([1.5, 'a'])])(
    'the cursor %s',
    async (cursor) => {
      for (const path of [`/directives?cursor=${cursor}`, `/directives/${mine}/plan?cursor=${cursorOf(['a', 1])}`]) {
        const refusal = await front.refusal('GET', path);
        expect(refusal).toMatchObject({ status: 400, code: 'CURSOR_INVALID', changed: [] });
      }
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
    const refusal = await front.refusal('GET', `/directives?${query}`);
    expect(refusal).toMatchObject({ status: 400, code: 'REQUEST_INVALID', pointers: ['/limit'], changed: [] });
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
    const refusal = await front.refusal('GET', path.replace('ID', mine));
    expect(refusal).toMatchObject({ status: 400, code, pointers: [pointer], changed: [] });
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
    ['POST', '/complete'],
    ['POST', '/fail'],
    ['POST', '/stop'],
    ['POST', '/start'],
    ['POST', '/retry'],
    ['DELETE', ''],
  ])('for %s %s, with the words for an id that never was', async (method, part) => {
    const never = foreign.replace(/.{4}$/, 'ZZZZ');
    const one = await front.refusal(method, `/directives/${foreign}${part}`);
    const other = await front.refusal(method, `/directives/${never}${part}`);
    expect(one).toMatchObject({ status: 404, code: 'NOT_FOUND', changed: [] });
    expect({ ...one, detail: one.detail.replace(foreign, never) }).toEqual(other);
  });

  it('in the list, nor are its artifacts', async () => {
    const { items } = await front.get<{ items: { id: string }[] }>('/directives');
    expect(items.map(({ id }) => id)).toEqual([mine]);
    const refusal = await front.refusal('GET', `/artifacts/${foreign}.${'a'.repeat(64)}`);
    expect(refusal).toMatchObject({ status: 404, code: 'NOT_FOUND', changed: [] });
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
    const refusal = await front.refusal('PUT', `/actions/${encodeURIComponent(name)}`, body);
    expect(refusal).toMatchObject({ status, code, changed: [] });
  });

  it('nothing when the same content comes again, and lists it once', async () => {
    const before = await front.fingerprint();
    const answer = await front.call('PUT', '/actions/test.echo', { name: 'test.echo', effect: 'pure', version: '1' });
    expect(answer.status).toBe(200);
    expect(await front.fingerprint()).toEqual(before);
    expect(await front.get('/actions')).toEqual({ items: [answer.json] });
  });
});
