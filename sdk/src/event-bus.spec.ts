import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { EventType } from '#libs/contracts';
import { startHttpServer } from '#libs/testing';
import type { CocEvent } from '../chain-of-command.d.ts';
import { EventBus } from './event-bus.js';
import type { ChainOfCommandError } from './sdk-error.js';

const head = { 'content-type': 'text/event-stream' };

function block(seq: number, type: EventType = 'task.completed', task: string | null = 'a'): string {
  const event = { directiveId: 'd0_x', seq, type, timestamp: '2026-11-21T07:00:01.250Z', task, data: {} };
  return `id: p${seq}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function gone(response: ServerResponse): void {
  const body = { type: 'about:blank', title: 'Gone', status: 410, code: 'POSITION_GONE', detail: 'it is gone' };
  response.writeHead(410, { 'content-type': 'application/problem+json' }).end(JSON.stringify(body));
}

type Serve = (response: ServerResponse, turn: number, position: string | undefined) => void;

/** A server that answers its n-th stream with `serve`, a bus on it, and what its handlers and its error handler were given. */
async function openBed(serve: Serve) {
  let turn = 0;
  const closed: Promise<unknown>[] = [];
  const server = await startHttpServer((request, response) => {
    turn += 1;
    closed.push(once(response, 'close'));
    response.on('error', () => undefined);
    serve(response, turn, request.headers['last-event-id']?.toString());
  });
  const bus = new EventBus({ url: server.url });
  const errors: Error[] = [];
  bus.onError((error) => errors.push(error));
  return {
    bus,
    errors,
    closed,
    turns: () => turn,
    async [Symbol.asyncDispose]() {
      bus.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Resolves with what a subscriber heard once it has heard so many. */
function hear(bus: EventBus, count: number, type: EventType | '*' = '*'): Promise<CocEvent[]> {
  const heard: CocEvent[] = [];
  return new Promise((resolve) => {
    const end = bus.subscribe(type, (event) => {
      heard.push(event);
      if (heard.length < count) return;
      end();
      resolve(heard);
    });
  });
}

const seqs = (events: readonly CocEvent[]) => events.map(({ seq }) => seq);

describe('the event bus', () => {
  it('gives each subscriber the events of its type by one connection', async () => {
    const story = block(1, 'directive.accepted', null) + block(2) + block(3, 'directive.completed', null);
    await using bed = await openBed(
      (response) => void response.writeHead(200, head).write(`retry: 1\nid: p0\n\n${story}`),
    );
    const [all, completed] = await Promise.all([hear(bed.bus, 3), hear(bed.bus, 1, 'task.completed')]);
    expect([seqs(all), seqs(completed)]).toEqual([[1, 2, 3], [2]]);
    expect(completed[0]!.data).toEqual({ taskId: 'a' });
    expect([bed.turns(), bed.errors]).toEqual([1, []]);
  });

  it('closes its connection with the last subscriber and opens another with the next', async () => {
    await using bed = await openBed(
      (response, turn) => void response.writeHead(200, head).write(`id: p0\n\n${block(turn)}`),
    );
    expect(seqs(await hear(bed.bus, 1))).toEqual([1]);
    await bed.closed[0];
    expect(seqs(await hear(bed.bus, 1))).toEqual([2]);
  });

  it('goes on after the last event when the connection breaks, without one twice', async () => {
    const positions: (string | undefined)[] = [];
    await using bed = await openBed((response, turn, position) => {
      positions.push(position);
      response.writeHead(200, head);
      if (turn === 1) response.end(`retry: 1\nid: p0\n\n${block(1)}${block(2)}`);
      else response.write(block(3));
    });
    expect(seqs(await hear(bed.bus, 3))).toEqual([1, 2, 3]);
    expect(positions).toEqual([undefined, 'p2']);
  });

  it('reports a position that is gone and goes on from now', async () => {
    await using bed = await openBed((response, turn) => {
      if (turn === 2) return gone(response);
      response.writeHead(200, head);
      if (turn === 1) return void response.end(`retry: 1\nid: p0\n\n${block(1)}`);
      response.write(`id: p8\n\n${block(9)}`);
    });
    expect(seqs(await hear(bed.bus, 2))).toEqual([1, 9]);
    expect(bed.errors.map((error) => (error as ChainOfCommandError).code)).toContain('POSITION_GONE');
  });

  it('reports what a handler throws, now or later, and tells the others all the same', async () => {
    await using bed = await openBed((response) => void response.writeHead(200, head).write(`id: p0\n\n${block(1)}`));
    bed.bus.subscribe('*', () => {
      throw new Error('at once');
    });
    bed.bus.subscribe('*', async () => {
      throw new Error('later');
    });
    expect(seqs(await hear(bed.bus, 1))).toEqual([1]);
    expect(bed.errors.map(({ message }) => message)).toEqual(['at once', 'later']);
  });

  it('tells nothing more to a handler that another one has ended', async () => {
    await using bed = await openBed(
      (response) => void response.writeHead(200, head).write(`id: p0\n\n${block(1)}${block(2)}`),
    );
    const heard: number[] = [];
    bed.bus.subscribe('*', () => endOther());
    const endOther = bed.bus.subscribe('*', ({ seq }) => heard.push(seq));
    await hear(bed.bus, 2);
    expect(heard).toEqual([]);
  });

  it('is ready once the server has said where it begins', async () => {
    let begin = (): void => undefined;
    await using bed = await openBed((response) => {
      response.writeHead(200, head).flushHeaders();
      begin = () => void response.write('id: p0\n\n');
    });
    let isReady = false;
    bed.bus.subscribe('*', () => undefined);
    const ready = bed.bus.ready().then(() => (isReady = true));
    while (bed.turns() === 0) await new Promise(setImmediate);
    expect(isReady).toBe(false);
    begin();
    await ready;
  });

  it('refuses a type that no event has', () => {
    const bus = new EventBus({ url: 'http://127.0.0.1:1' });
    expect(() => bus.subscribe('task.complete' as EventType, () => undefined)).toThrow(
      /EVENT_UNKNOWN.*\nnext: subscribe to/,
    );
  });
});
