import { describe, expect, it } from '@jest/globals';
import { startHttpServer } from '#libs/testing';
import { CocClient } from './coc-client.js';

/** A client of a real server that gives one answer to everything; `asked` is what it saw. */
async function clientOf(status: number, body: string, actor?: string) {
  const asked: { line: string; key: unknown; actor: unknown; body: string }[] = [];
  const server = await startHttpServer((request, response) => {
    let sent = '';
    request.setEncoding('utf8').on('data', (part: string) => (sent += part));
    request.on('end', () => {
      const { 'idempotency-key': key, 'coc-actor': name } = request.headers;
      asked.push({ line: `${request.method} ${request.url}`, key, actor: name, body: sent });
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  });
  const client = new CocClient({ url: server.url, saidBy: 'the test' }, undefined, actor);
  return { client, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
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

  it('takes words that it does not know', async () => {
    const wait = { id: 'a', state: 'dreaming', why: null, waitingOn: null, owner: null, since: null, deadline: null };
    await using bed = await clientOf(200, JSON.stringify(wait));
    expect(await bed.client.call('explainTask', { id: 'd0_X', taskId: 'a' })).toMatchObject({ state: 'dreaming' });
  });

  it.each(['..', '.', ''])('asks nothing about the task "%s", which would be another path', async (taskId) => {
    await using bed = await clientOf(200, '{}');
    await expect(bed.client.call('retryTask', { id: 'd0_X', taskId })).rejects.toMatchObject({
      code: 'PATH_PART_INVALID',
    });
    expect(bed.asked).toEqual([]);
  });

  it('says where a directive is that may not be ended, and where it may go', async () => {
    const standing = { state: 'PAUSED', allowed: ['RUNNING', 'STOPPED'] };
    const problem = { type: '/docs/errors#X', title: 'x', status: 409, code: 'TRANSITION_ILLEGAL', detail: 'no' };
    await using bed = await clientOf(409, JSON.stringify({ ...problem, ...standing }));
    await expect(bed.client.end('d0_X', 'complete', 'it is done')).rejects.toMatchObject(standing);
    await expect(bed.client.end('d0_X', 'stop')).rejects.toMatchObject(standing);
    expect(bed.asked).toMatchObject([
      { line: 'POST /api/v1/directives/d0_X/complete', body: '{"reason":"it is done"}' },
      { line: 'POST /api/v1/directives/d0_X/stop', body: '{}' },
    ]);
  });

  it('deletes, and tries again under a key', async () => {
    await using gone = await clientOf(204, '');
    await gone.client.deleteDirective('d0_X');
    await using again = await clientOf(202, '{"id": "d0_Y"}');
    expect(await again.client.retry('d0_X', 'k')).toEqual({ id: 'd0_Y' });
    expect(gone.asked[0]!.line).toBe('DELETE /api/v1/directives/d0_X');
    expect(again.asked[0]).toMatchObject({ line: 'POST /api/v1/directives/d0_X/retry', key: 'k' });
  });

  it('sends the key that makes a repeated submit harmless', async () => {
    await using bed = await clientOf(202, '{"id": "d0_X"}');
    await bed.client.submit({ intent: 'x' }, 'key-1');
    expect(bed.asked).toMatchObject([{ key: 'key-1', actor: undefined }]);
  });

  it('says by which name its user acts, in every request', async () => {
    await using bed = await clientOf(200, '{"items": []}', 'ana');
    await bed.client.listGrants();
    await bed.client.revokeGrant('rag.embed');
    expect(bed.asked).toMatchObject([
      { line: 'GET /api/v1/grants', actor: 'ana' },
      { line: 'DELETE /api/v1/grants/rag.embed', actor: 'ana' },
    ]);
  });

  it('takes an answer without a body where there is none to expect', async () => {
    await using bed = await clientOf(204, '');
    await bed.client.resolveHold('d0_X.2', { decision: 'complete', output: null });
    expect(bed.asked).toMatchObject([
      { line: 'POST /api/v1/approvals/d0_X.2/resolve', body: '{"decision":"complete","output":null}' },
    ]);
  });

  it('passes on that somebody may not do it', async () => {
    const refusal = { type: '', title: '', status: 403, code: 'FORBIDDEN', detail: 'somebody else has to approve it' };
    await using bed = await clientOf(403, JSON.stringify(refusal));
    await expect(bed.client.revokeGrant('x.y')).rejects.toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });
});
