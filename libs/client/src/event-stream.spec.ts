import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { DirectiveEvent } from '#libs/contracts';
import { startHttpServer } from '#libs/testing';
import { CocClient } from './coc-client.js';
import type { StreamOptions } from './event-stream.js';

const id = 'd0_01JD6Z0000000000000000000A';

const event = (seq: number, type = 'task.started', task: string | null = 'embed'): DirectiveEvent =>
  DirectiveEvent.parse({
    directiveId: id,
    seq,
    type,
    timestamp: '2026-11-21T07:00:01.250Z',
    task,
    data: { note: 'ünï→códe' },
  });

const story = [event(1), event(2), event(3), event(4, 'directive.completed', null)];
const block = (of: DirectiveEvent) => `id: ${of.seq}\nevent: ${of.type}\ndata: ${JSON.stringify(of)}\n\n`;
const head = { 'content-type': 'text/event-stream' };

/** What a server sends from the position of the request on, as the bytes of the wire. */
function bytesFor(request: IncomingMessage): Buffer {
  const after = Number(request.headers['last-event-id'] ?? 0);
  const rest = story.filter(({ seq }) => seq > after);
  return Buffer.from(`retry: 1\n\n: alive\n\n${rest.map(block).join('')}`);
}

type Serve = (request: IncomingMessage, response: ServerResponse, turn: number) => void;

/** Reads a whole stream of a server that answers the n-th request with `serve`; what was read, and from which positions. */
async function readAll(serve: Serve, options: StreamOptions = { directiveId: id }) {
  const positions: (string | undefined)[] = [];
  await using server = await startHttpServer((request, response) => {
    positions.push(request.headers['last-event-id']?.toString());
    serve(request, response, positions.length);
  });
  const client = new CocClient({ url: server.url, saidBy: 'the test' });
  const ids: string[] = [];
  for await (const streamed of client.streamEvents({ retryMs: 1, ...options })) ids.push(streamed.id);
  return { ids, positions };
}

const problem = (response: ServerResponse, status: number, code: string) => {
  const body = { type: 'about:blank', title: code, status, code, detail: `because of ${code}` };
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
};

describe('the event stream of a directive', () => {
  it('gives every event once and in order, wherever the first connection breaks', async () => {
    const size = bytesFor({ headers: {} } as IncomingMessage).length;
    for (let cut = 0; cut <= size; cut += 1) {
      const { ids } = await readAll((request, response, turn) => {
        response.writeHead(200, head);
        if (turn > 1) response.end(bytesFor(request));
        else response.write(bytesFor(request).subarray(0, cut) || '', () => response.destroy());
        if (turn === 1 && cut === 0) response.flushHeaders();
      });
      expect({ cut, ids }).toEqual({ cut, ids: ['1', '2', '3', '4'] });
    }
  });

  it('goes on after the last event it had, and drops what a server sends twice', async () => {
    const { ids, positions } = await readAll((_request, response, turn) => {
      response.writeHead(200, head);
      response.end(turn === 1 ? `${block(event(1))}${block(event(2))}` : story.map(block).join(''));
    });
    expect({ ids, positions }).toEqual({ ids: ['1', '2', '3', '4'], positions: ['0', '2'] });
  });

  it('asks again when an event is missing', async () => {
    const { ids, positions } = await readAll((request, response, turn) => {
      response.writeHead(200, head);
      response.end(turn === 1 ? block(event(1)) + block(event(3)) : bytesFor(request));
    });
    expect({ ids, positions }).toEqual({ ids: ['1', '2', '3', '4'], positions: ['0', '1'] });
  });

  it('starts after the given event', async () => {
    const { ids } = await readAll((request, response) => response.writeHead(200, head).end(bytesFor(request)), {
      directiveId: id,
      after: 2,
    });
    expect(ids).toEqual(['3', '4']);
  });

  it('ends by the final event although the server keeps the connection open', async () => {
    const { ids } = await readAll((request, response) => response.writeHead(200, head).write(bytesFor(request)));
    expect(ids).toHaveLength(4);
  });

  it('stays open at PARTIALLY_COMPLETED, and ends when the server says that there is nothing more', async () => {
    const { ids, positions } = await readAll((_request, response, turn) => {
      if (turn === 2) return response.writeHead(204).end();
      return response.writeHead(200, head).end(block(event(1, 'directive.partially_completed', null)));
    });
    expect({ ids, positions }).toEqual({ ids: ['1'], positions: ['0', '1'] });
  });

  it('takes a connection without a byte for dead', async () => {
    const { ids, positions } = await readAll(
      (request, response, turn) => {
        if (turn === 1) response.writeHead(200, head).write(block(event(1)));
        else response.writeHead(200, head).end(bytesFor(request));
      },
      { directiveId: id, quietMs: 50 },
    );
    expect({ ids, positions }).toEqual({ ids: ['1', '2', '3', '4'], positions: ['0', '1'] });
  });

  it('lives on heartbeats alone', async () => {
    const { positions } = await readAll(
      (request, response) => {
        response.writeHead(200, head);
        let beats = 0;
        const heart = setInterval(() => {
          if (++beats < 20) return response.write(': alive\n\n');
          clearInterval(heart);
          return response.end(bytesFor(request));
        }, 60);
      },
      // Less than the beats take together, and far more than one is late on a loaded machine.
      { directiveId: id, quietMs: 1_000 },
    );
    expect(positions).toHaveLength(1);
  });

  it.each([502, 503, 504, 429])(
    'tries again after %d, and says once that the server is away and back',
    async (status) => {
      const told: string[] = [];
      const { ids } = await readAll(
        (request, response, turn) => {
          if (turn < 4) problem(response, status, 'UNAVAILABLE');
          else response.writeHead(200, head).end(bytesFor(request));
        },
        { directiveId: id, onBreak: ({ message }) => told.push(message), onBack: () => told.push('back') },
      );
      expect({ ids, told }).toEqual({
        ids: ['1', '2', '3', '4'],
        told: ['UNAVAILABLE: because of UNAVAILABLE', 'back'],
      });
    },
  );

  it('throws a refusal with its code and the way out', async () => {
    const reading = readAll((_request, response) => problem(response, 410, 'POSITION_TOO_OLD'));
    await expect(reading).rejects.toMatchObject({
      name: 'ApiError',
      status: 410,
      code: 'POSITION_TOO_OLD',
      detail: 'because of POSITION_TOO_OLD',
    });
  });

  it('throws when what answers is no event stream, or sends no event', async () => {
    const page = readAll((_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    );
    await expect(page).rejects.toMatchObject({ name: 'ForeignAnswerError' });
    const nonsense = readAll((_request, response) => response.writeHead(200, head).end('data: {}\n\n'));
    await expect(nonsense).rejects.toThrow(/directiveId/);
  });

  it('takes an event type that it does not know yet', async () => {
    const newer = { ...event(1), type: 'task.admired', mood: 'fine' };
    const { ids } = await readAll((request, response, turn) => {
      response.writeHead(200, head);
      response.end(turn === 1 ? `data: ${JSON.stringify(newer)}\n\n` : bytesFor(request));
    });
    expect(ids).toEqual(['1', '2', '3', '4']);
  });

  it('gives up with the last failure when its patience is over', async () => {
    const reading = readAll((_request, response) => response.destroy(), { directiveId: id, patienceMs: 20 });
    await expect(reading).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  });

  it('throws when nothing at all comes through, where the caller can do without a stream', async () => {
    const reading = readAll((_request, response) => response.writeHead(200, head).flushHeaders(), {
      directiveId: id,
      blockedMs: 20,
    });
    await expect(reading).rejects.toMatchObject({ code: 'STREAM_BLOCKED' });
  });

  it('throws the reason of its signal, also between two connections', async () => {
    const leaving = new AbortController();
    const reading = readAll((_request, response) => response.destroy(), {
      directiveId: id,
      retryMs: 60_000,
      signal: leaving.signal,
      onBreak: () => leaving.abort(),
    });
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the event stream of a tenant', () => {
  it('goes on from the cursor that came first, and from that of the last event after it', async () => {
    const leaving = new AbortController();
    const asked: (string | undefined)[] = [];
    const serve: Serve = (request, response, turn) => {
      asked.push(`${request.url} ${request.headers['last-event-id']?.toString()}`);
      response.writeHead(200, head);
      if (turn === 1) response.end('retry: 1\nid: c0\n\n');
      else if (turn === 2) response.end(`id: c1\ndata: ${JSON.stringify(event(7))}\n\n`);
      else leaving.abort();
    };
    await expect(readAll(serve, { signal: leaving.signal, types: ['task.held', 'task.failed'] })).rejects.toMatchObject(
      { name: 'AbortError' },
    );
    expect(asked).toEqual([
      '/api/v1/events/stream?type=task.held,task.failed undefined',
      '/api/v1/events/stream?type=task.held,task.failed c0',
      '/api/v1/events/stream?type=task.held,task.failed c1',
    ]);
  });
});
