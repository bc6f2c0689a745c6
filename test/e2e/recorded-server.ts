import { once } from 'node:events';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedAnswer {
  status?: number;
  body: unknown;
}

/** `GET /api/v1/actions` -> its answer; the query is not part of the key. A list is answered in order, its last for ever. */
export type RecordedAnswers = Record<string, RecordedAnswer | RecordedAnswer[]>;

export interface RecordedServer extends AsyncDisposable {
  url: string;
  /** What was asked, with query and parsed body. */
  asked: { method: string; path: string; body: unknown }[];
}

/** A real HTTP server on a free port of the loopback that plays back recorded answers. */
export async function startRecordedServer(answers: RecordedAnswers): Promise<RecordedServer> {
  const asked: RecordedServer['asked'] = [];
  const turns = new Map<string, number>();
  const answerTo = (method: string, path: string): RecordedAnswer => {
    const key = `${method} ${path.split('?')[0]}`;
    const list = [answers[key] ?? notFound].flat();
    const turn = turns.get(key) ?? 0;
    turns.set(key, turn + 1);
    return list[Math.min(turn, list.length - 1)] ?? notFound;
  };
  const server = createServer((request, response) => {
    const { method = '', url: path = '' } = request;
    const { status = 200, body } = answerTo(method, path);
    const type = status < 400 ? 'application/json' : 'application/problem+json';
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    readBody(request, (asking) => {
      asked.push({ method, path, body: asking });
      response.writeHead(status, { 'content-type': type }).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, [Symbol.asyncDispose]: () => stop(server) };
}

function readBody(request: IncomingMessage, onBody: (body: unknown) => void): void {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => (text += part));
  request.on('end', () => onBody(text === '' ? undefined : JSON.parse(text)));
}

const notFound: RecordedAnswer = {
  status: 404,
  body: {
    type: 'about:blank',
    title: 'Not found',
    status: 404,
    code: 'NOT_FOUND',
    detail: 'there is no such thing',
  },
};

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** An address that answered a moment ago, so that nothing listens there now. */
export async function deadUrl(): Promise<string> {
  const server = await startRecordedServer({});
  await server[Symbol.asyncDispose]();
  return server.url;
}
