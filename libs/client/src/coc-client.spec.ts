import { describe, expect, it } from '@jest/globals';
import { startHttpServer } from '#libs/testing';
import { CocClient } from './coc-client.js';

/** A client of a real server that gives one answer to everything; `keys` is what it saw of Idempotency-Key. */
async function clientOf(status: number, body: string) {
  const keys: unknown[] = [];
  const server = await startHttpServer((request, response) => {
    keys.push(request.headers['idempotency-key']);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const client = new CocClient({ url: server.url, saidBy: 'the test' });
  return { client, keys, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('the client', () => {
  it('throws the refusal of the server with its code and every fault', async () => {
    const errors = [{ pointer: '/tasks/0', code: 'ACTION_UNKNOWN', detail: 'no action "x.y"' }];
    const refusal = { type: '', title: '', status: 422, code: 'ACTION_UNKNOWN', detail: 'no', errors };
    await using bed = await clientOf(422, JSON.stringify(refusal));
    await expect(bed.client.submit({ tasks: [] })).rejects.toMatchObject({
      name: 'ApiError',
      message: 'ACTION_UNKNOWN: no',
      status: 422,
      faults: errors,
    });
  });

  it.each([
    [502, '<html>', /answered 502 with something that is not the coc API$/],
    [200, '{"items": 1}', /answered 200 with something that is not the coc API: \/items/],
  ])('tells an answer of another server, %d, from a refusal', async (status, body, message) => {
    await using bed = await clientOf(status, body);
    await expect(bed.client.listActions()).rejects.toMatchObject({
      code: 'FOREIGN_ANSWER',
      message: expect.stringMatching(message),
    });
  });

  it('names the reason when nobody answers', async () => {
    const bed = await clientOf(200, '{}');
    await bed[Symbol.asyncDispose]();
    await expect(bed.client.listActions()).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
      message: expect.stringMatching(/^no answer from http.* \(address from the test\): .*ECONNREFUSED/),
    });
  });

  it('takes fields that it does not know', async () => {
    await using bed = await clientOf(202, '{"id": "d0_X", "mood": "fine"}');
    expect(await bed.client.submit({ intent: 'x' })).toMatchObject({ id: 'd0_X' });
  });

  it('sends the key that makes a repeated submit harmless', async () => {
    await using bed = await clientOf(202, '{"id": "d0_X"}');
    await bed.client.submit({ intent: 'x' }, 'key-1');
    expect(bed.keys).toEqual(['key-1']);
  });
});
