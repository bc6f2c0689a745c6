import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Problem, limits } from '#libs/contracts';
import { HttpFront, bedOwnerKey, eventually } from './http-front-bed.js';

let front: HttpFront;
let before: Map<string, string>;

beforeAll(async () => {
  front = await HttpFront.open();
  await front.call('PUT', '/actions/test.echo', { effect: 'pure' });
  await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }] });
  before = await front.fingerprint();
});

afterAll(async () => front.close());

interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

function open(): Socket {
  const { hostname, port } = new URL(front.app.url);
  return connect({ port: Number(port), host: hostname, allowHalfOpen: true });
}

function parse(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first, ...lines] = text.slice(0, end).split('\r\n');
  const headers = new Map(lines.map((line) => line.split(': ', 2) as [string, string]));
  const lowered = new Map([...headers].map(([name, value]) => [name.toLowerCase(), value]));
  const body = text.slice(end + 4);
  const isWhole = Buffer.byteLength(body) >= Number(lowered.get('content-length') ?? 0);
  return isWhole ? { status: Number(first!.split(' ')[1]), headers: lowered, body } : undefined;
}

/** The first whole answer on a socket; the socket stays open. */
async function answerOf(socket: Socket): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
  let text = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    const answer = parse(text);
    if (answer) resolve(answer);
  });
  socket.on('error', reject).on('close', () => reject(new Error(`closed after: ${text}`)));
  return promise;
}

async function exchange(text: string | Uint8Array, options: { end?: boolean } = {}): Promise<RawAnswer> {
  const socket = open();
  if (options.end) socket.end(text);
  else socket.write(text);
  try {
    return await answerOf(socket);
  } finally {
    socket.destroy();
  }
}

const pieceBytes = 256 * 1024;
const pourBytes = 100 * 1024 * 1024;

/** Writes chunks of blanks until the answer is there; returns the bytes it wrote, 100 MB at most. */
async function pourUntil(socket: Socket, answer: Promise<unknown>): Promise<number> {
  const progress = { isAnswered: false };
  const end = (): void => void (progress.isAnswered = true);
  answer.then(end, end);
  const chunk = `${pieceBytes.toString(16)}\r\n${' '.repeat(pieceBytes)}\r\n`;
  let sent = 0;
  for (; !progress.isAnswered && sent < pourBytes; sent += pieceBytes) {
    const isRoom = socket.write(chunk);
    if (!isRoom) await Promise.race([answer, new Promise((resolve) => socket.once('drain', resolve))]);
  }
  return sent;
}

function request(line: string, headers: string[], body = ''): string {
  const owner = `authorization: Bearer ${bedOwnerKey}\r\n`;
  return `${line} HTTP/1.1\r\nhost: here\r\n${owner}${headers.map((header) => `${header}\r\n`).join('')}\r\n${body}`;
}

const json = 'content-type: application/json';
const submit = 'POST /api/v1/directives';

/** The answer as a problem; throws when it is no proper one. */
function problemIn({ status, headers, body }: RawAnswer): Problem {
  const problem = Problem.parse(JSON.parse(body));
  const isProper =
    problem.status === status &&
    problem.type === `/docs/errors#${problem.code}` &&
    headers.get('content-type') === 'application/problem+json; charset=utf-8' &&
    headers.get('cache-control') === 'no-store' &&
    headers.get('x-content-type-options') === 'nosniff' &&
    !/node_modules|\n\s+at |ReplyError|FST_ERR/.test(body);
  if (!isProper) throw new Error(`not a proper problem: ${status} ${[...headers].join('; ')} ${body}`);
  return problem;
}

describe('what never becomes a request is refused with a problem', () => {
  it.each([
    ['no HTTP at all', 'garbage\r\n\r\n'],
    ['a method nobody knows', request('FROB /api/v1/directives', [])],
    ['two lengths', request(submit, [json, 'content-length: 1', 'content-length: 2'], '{}')],
    ['a length and chunks', request(submit, [json, 'content-length: 5', 'transfer-encoding: chunked'], '0\r\n\r\n')],
    ['a chunk without a size', request(submit, [json, 'transfer-encoding: chunked'], 'ZZ\r\n')],
    ['headers of 20 KB', request('GET /api/v1/directives', [`x-long: ${'y'.repeat(20_000)}`])],
    ['a cursor of 20 KB', request(`GET /api/v1/directives?cursor=${'y'.repeat(20_000)}`, [])],
  ])('%s', async (_, text) => {
    expect(problemIn(await exchange(text))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });

  it('a body cut off by a half-closed connection', async () => {
    const text = request(submit, [json, 'content-length: 100'], '{"tasks":[');
    expect(problemIn(await exchange(text, { end: true }))).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
  });
});

describe('a path', () => {
  it.each([
    ['/api/v1/directives/%zz', 400, 'REQUEST_INVALID'],
    ['/api/v1/directives/%ff', 400, 'REQUEST_INVALID'],
    ['/api/v1/directives/%00', 404, 'NOT_FOUND'],
    ['/api/v1/directives/a%2Fb', 404, 'NOT_FOUND'],
    ['/api/v1/directives/..%2f..', 404, 'NOT_FOUND'],
    ['/api/v1/directives/', 404, 'NOT_FOUND'],
    ['/api/v1//directives', 404, 'NOT_FOUND'],
    ['/API/V1/directives', 404, 'NOT_FOUND'],
    ['//evil.example/api', 404, 'NOT_FOUND'],
  ])('%s is refused', async (path, status, code) => {
    expect(problemIn(await exchange(request(`GET ${path}`, [])))).toMatchObject({ status, code });
  });

  it('with a method it has not is refused', async () => {
    for (const [method, path] of [
      ['DELETE', '/api/v1/directives'],
      ['PUT', '/api/v1/directives'],
      ['PATCH', '/api/v1/actions/test.echo'],
      ['OPTIONS', '/api/v1/directives'],
      ['GET', '/api/v1/directives/x/cancel'],
    ]) {
      expect(problemIn(await exchange(request(`${method} ${path}`, ['content-length: 0'])))).toMatchObject({
        status: 404,
        code: 'NOT_FOUND',
      });
    }
  });

  it('asked for with HEAD has the headers and no body, also when it is refused', async () => {
    const found = await front.call('HEAD', '/directives');
    expect(found).toMatchObject({ status: 200, text: '' });
    const missing = await front.call('HEAD', '/directives/x');
    expect(missing).toMatchObject({ status: 404, text: '' });
    expect(missing.headers.get('content-type')).toContain('application/problem+json');
    expect(missing.headers.get('cache-control')).toBe('no-store');
  });
});

describe('a body over its limit', () => {
  it('by its own word is refused before it is sent', async () => {
    const declared = [json, `content-length: ${100 * 1024 * 1024}`];
    const problem = problemIn(await exchange(request(submit, declared, '{')));
    expect(problem).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    expect(problem.detail).toContain(String(limits.maxSubmitBytes));
  });

  it.each([
    [submit, limits.maxSubmitBytes],
    ['PUT /api/v1/actions/test.echo', limits.maxBodyBytes],
    ['POST /api/v1/directives/x/cancel', limits.maxBodyBytes],
    ['POST /api/v1/nowhere', limits.maxBodyBytes],
  ])('%s in endless chunks is refused soon after %d bytes', async (line, limit) => {
    const socket = open();
    const answer = answerOf(socket);
    socket.write(request(line, [json, 'transfer-encoding: chunked']));
    const sent = await pourUntil(socket, answer);
    expect(problemIn(await answer)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
    // What the kernel's buffers hold on both sides comes on top.
    expect(sent).toBeLessThan(limit + 24 * 1024 * 1024);
    socket.destroy();
  });
});

describe('a foreign page in the browser of whoever runs this', () => {
  it.each([
    ['sec-fetch-site: cross-site', 'origin: https://evil.example'],
    ['sec-fetch-site: same-site', 'origin: http://here:1'],
    ['x-old-browser: yes', 'origin: https://evil.example'],
    ['x-sandbox: yes', 'origin: null'],
  ])('cannot send orders (%s, %s)', async (...headers) => {
    const body = '{"tasks":[{"id":"a","action":"test.echo"}]}';
    const text = request(submit, [json, `content-length: ${body.length}`, ...headers], body);
    expect(problemIn(await exchange(text))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'cannot send a form of type %s',
    async (type) => {
      const body = 'intent=index+the+docs+in+/etc';
      const text = request(submit, [`content-type: ${type}`, `content-length: ${body.length}`], body);
      expect(problemIn(await exchange(text))).toMatchObject({ status: 415, code: 'MEDIA_TYPE_UNSUPPORTED' });
    },
  );
});

describe('a client that goes away', () => {
  it('in the middle of its body harms nobody else', async () => {
    for (let turn = 0; turn < 20; turn += 1) {
      const socket = open();
      socket.on('error', () => undefined);
      socket.write(request(submit, [json, 'content-length: 1000'], '{"tasks":['), () => socket.resetAndDestroy());
    }
    const ready = await eventually(
      async () => front.call('GET', '/health/ready'),
      ({ status }) => status === 200,
    );
    expect(ready.json).toMatchObject({ status: 'ok' });
  });
});

describe('all of this together', () => {
  it('left nothing behind', async () => {
    expect(await front.fingerprint()).toEqual(before);
  });
});
