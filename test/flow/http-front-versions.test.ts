import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ActionRecord, errorCodes, type Json } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;
let id: string;

beforeAll(async () => {
  front = await HttpFront.open();
  await front.rooms.catalog.publish(ActionRecord.parse({ name: 'test.echo', effect: 'pure' }));
  const tasks: Json[] = [
    { id: 'a', action: 'test.echo' },
    { id: 'b', action: 'test.echo', dependsOn: ['a'] },
  ];
  id = await front.submit({ tasks, start: false });
});

afterAll(async () => front.close());

const tagOf = async (path: string): Promise<string> => (await front.call('GET', path)).headers.get('etag')!;

async function under(method: string, path: string, headers: Record<string, string>): Promise<[number, Json]> {
  const { status, json } = await front.call(method, path, undefined, headers);
  return [status, (json as { code?: string } | null)?.code ?? null];
}

describe('a directive, its plan and a task', () => {
  it.each(['', '/plan', '/plan?limit=1', '/tasks/b'])(
    '%s: are not sent again while they are what they were',
    async (part) => {
      const path = `/directives/${id}${part}`;
      const tag = await tagOf(path);
      expect(tag).toMatch(/^"\d+\.[\w-]{11}"$/);
      const answer = await front.call('GET', path, undefined, { 'if-none-match': `"x", W/${tag}` });
      expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([304, '', tag]);
      expect(await under('GET', path, { 'if-none-match': '"1.abcdefghijk"' })).toEqual([200, null]);
    },
  );
});

describe('an order with If-Match', () => {
  it('is refused after an event that its giver has not seen, and nothing changes', async () => {
    const seen = await tagOf(`/directives/${id}`);
    const start = `/directives/${id}/start`;
    for (const wrong of ['"1.abcdefghijk"', '"99.abcdefghijk"', 'x', `${seen}, ${seen}`, '']) {
      const refusal = await front.refusal('POST', start, undefined, { 'if-match': wrong });
      expect(refusal).toMatchObject({ status: 412, code: 'PRECONDITION_FAILED', changed: [] });
    }
    expect(await under('POST', start, { 'if-match': seen })).toEqual([200, null]);
    expect(await under('POST', `/directives/${id}/cancel`, { 'if-match': seen })).toEqual([412, 'PRECONDITION_FAILED']);
    expect(await under('POST', `/directives/${id}/tasks/b/skip`, { 'if-match': seen })).toEqual([
      412,
      'PRECONDITION_FAILED',
    ]);
    expect(await under('POST', `/directives/${id}/cancel`, { 'if-match': '*' })).toEqual([200, null]);
    expect(await under('DELETE', `/directives/${id}`, { 'if-match': seen })).toEqual([412, 'PRECONDITION_FAILED']);
    expect(await under('POST', '/directives/d0_01M8R4NN3R02RPFMSYYY5QSH6M/cancel', { 'if-match': seen })).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });
});

describe('/docs/errors', () => {
  it('has every code under the anchor that a problem points to, with what to do next', async () => {
    const answer = await fetch(`${front.app.url}/docs/errors`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const text = await answer.text();
    const told = [
      ...text.matchAll(
        /<tr><td><a id="(\w+)"><\/a><code>(\w+)<\/code><\/td><td>(\d+)<\/td><td>.+<\/td><td>.+<\/td><\/tr>/g,
      ),
    ];
    const codes = Object.fromEntries(
      told.filter(([, anchor, code]) => anchor === code).map(([, code, , status]) => [code, Number(status)]),
    );
    expect(codes).toEqual(errorCodes);
    expect(text).not.toMatch(/`|\]\(|<script/);
  });
});
