import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { DirectiveEvent, type DirectiveView } from '#libs/contracts';
import { startHttpServer } from '#libs/testing';
import { ApiError, StreamBlockedError } from './client-error.js';
import { CocClient } from './coc-client.js';
import { type EventSource, followEvents } from './follow-events.js';

const id = 'd0_01JD6Z0000000000000000000A';
const event = (seq: number, type = 'task.started') =>
  DirectiveEvent.parse({ directiveId: id, seq, type, timestamp: '2026-11-21T07:00:01.250Z', task: 'a', data: {} });

/** A source whose stream ends as `stream` does, and that has one event more at each question. */
function aSource(stream: () => AsyncGenerator<never>, last: number) {
  let known = 0;
  const source: EventSource = {
    streamEvents: stream,
    listEvents: (_id, after) => {
      known = Math.min(last, known + 1);
      const items = Array.from({ length: known }, (_, at) => event(at + 1)).filter(({ seq }) => seq > after);
      return Promise.resolve({ items, nextCursor: null });
    },
    getDirective: () => Promise.resolve({ state: known < last ? 'RUNNING' : 'COMPLETED' } as DirectiveView),
  };
  return source;
}

async function follow(source: EventSource, after = 0): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of followEvents(source, id, { after, pollMs: 1 })) seqs.push(seq);
  return seqs;
}

async function* failing(error: Error): AsyncGenerator<never> {
  yield* refuse(error);
}
function refuse(error: Error): never[] {
  throw error;
}
const refusal = (status: number) =>
  new ApiError({ type: '', title: '', status, code: 'NOT_FOUND', detail: 'there is no such path' });

describe('following the events of a directive', () => {
  it.each([
    ['an older server', refusal(404)],
    ['a proxy that keeps the stream back', new StreamBlockedError('http://server', 10)],
  ])('asks for them again and again behind %s', async (_name, error) => {
    expect(await follow(aSource(() => failing(error), 4))).toEqual([1, 2, 3, 4]);
    expect(
      await follow(
        aSource(() => failing(error), 4),
        2,
      ),
    ).toEqual([3, 4]);
  });

  it('ends at a final directive whose events are gone', async () => {
    expect(await follow(aSource(() => failing(refusal(404)), 0))).toEqual([]);
  });

  it('passes any other refusal on', async () => {
    await expect(follow(aSource(() => failing(refusal(410)), 4))).rejects.toMatchObject({ status: 410 });
  });

  it('needs no poll where there is a stream', async () => {
    const asked: string[] = [];
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${JSON.stringify(event(1, 'directive.failed'))}\n\n`);
    };
    await using server = await startHttpServer(serve);
    const seqs: number[] = [];
    for await (const { seq } of new CocClient({ url: server.url, saidBy: 'us' }).followEvents(id, { after: 0 })) {
      seqs.push(seq);
    }
    expect({ seqs, asked }).toEqual({ seqs: [1], asked: [`/api/v1/directives/${id}/events/stream`] });
  });
});
