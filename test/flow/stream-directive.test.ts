import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventList, type DirectiveEvent } from '#libs/contracts';
import { problemOf } from './http-bed.js';
import { eventually } from './http-front-bed.js';
import { StreamBed, echo } from './stream-bed.js';

let bed: StreamBed;
let done: string;
let story: DirectiveEvent[];

beforeAll(async () => {
  bed = await StreamBed.open();
  await bed.serve();
  done = (await bed.front.run({ tasks: [echo, { id: 'b', action: 'test.echo', dependsOn: ['a'] }] })).id;
  story = EventList.parse(await bed.front.get(`/directives/${done}/events`)).items;
});

afterAll(async () => bed.close());

const seqs = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at));

describe('the stream of a directive', () => {
  it('is its story from the first event, and ends with the one that makes it final', async () => {
    const client = await (await bed.follow(done)).ended();
    expect(client.views).toEqual(story);
    expect(client.events.map(({ id, type }) => `${id} ${type}`)).toEqual(
      story.map(({ seq, type }) => `${seq} ${type}`),
    );
    expect(client.response.complete).toBe(true);
    expect(client.retryMs).toBe(1_000);
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
  });

  it('goes on after each position, and answers 204 after the last', async () => {
    for (const { seq } of story.slice(0, -1)) {
      const byHeader = await (await bed.follow(done, String(seq))).ended();
      expect(byHeader.views).toEqual(story.slice(seq));
      const { text } = await bed.front.call('GET', `/directives/${done}/events/stream?after=${seq}`);
      expect(text.match(/^id: .*$/gm)).toEqual(seqs(seq + 1, story.length).map((id) => `id: ${id}`));
    }
    const last = await bed.front.call('GET', `/directives/${done}/events/stream`, undefined, {
      'last-event-id': String(story.length),
    });
    expect([last.status, last.text]).toEqual([204, '']);
  });

  it('goes by the header when there is a query too, as in an EventSource that connects again', async () => {
    const { text } = await bed.front.call('GET', `/directives/${done}/events/stream?after=0`, undefined, {
      'last-event-id': String(story.length - 1),
    });
    expect(text.match(/^id: .*$/gm)).toEqual([`id: ${story.length}`]);
  });

  it('says what happens while it happens, to each who listens', async () => {
    const id = await bed.front.submit({ tasks: [{ id: 'w', action: 'test.wait' }] });
    const clients = await Promise.all([bed.follow(id), bed.follow(id), bed.follow(id, '2')]);
    await Promise.all(
      clients.map(async (client) => client.until(() => client.events.some(({ type }) => type === 'task.started'))),
    );
    expect(clients.map(({ isEnded }) => isEnded)).toEqual([false, false, false]);
    bed.letGo();
    await Promise.all(clients.map(async (client) => client.ended()));
    const { lastSeq } = await bed.front.directive(id);
    expect(clients.map(({ ids }) => ids)).toEqual([seqs(1, lastSeq), seqs(1, lastSeq), seqs(3, lastSeq)]);
    expect(clients[0].events.at(-1)!.type).toBe('directive.completed');
  });

  it('stays open, with a heartbeat, for one that is partially completed', async () => {
    const { id, state, lastSeq } = await bed.front.run({
      tasks: [echo, { id: 'f', action: 'test.fail', maxRetries: 0 }],
    });
    expect(state).toBe('PARTIALLY_COMPLETED');
    const client = await bed.follow(id);
    await client.until(() => client.events.length === lastSeq && client.comments.length > 2);
    expect([client.isEnded, new Set(client.comments)]).toEqual([false, new Set([': hb'])]);
    expect((await bed.follow(id, String(lastSeq))).status).toBe(200);
  });

  it('asked for with HEAD has the headers and ends', async () => {
    const answer = await bed.front.call('HEAD', `/directives/${done}/events/stream`);
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
  });
});

describe('the stream of a directive is refused', () => {
  const refusal = async (id: string, query = '', headers = {}) =>
    problemOf(await bed.front.call('GET', `/directives/${id}/events/stream${query}`, undefined, headers));

  it("when there is none, or it is another tenant's", async () => {
    const foreign = await bed.still(0, 'other');
    for (const id of ['x', 'd0_01ARZ3NDEKTSV4RRFFQ69G5FAV', foreign]) {
      expect(await refusal(id)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it.each(['x', '-1', '1e3', '0x10', '1.5', '9'.repeat(30), ' '])(
    'at position "%s", which no event has',
    async (position) => {
      expect(await refusal(done, `?after=${encodeURIComponent(position)}`)).toMatchObject({
        status: 400,
        code: 'CURSOR_INVALID',
      });
      if (position.trim() === '') return;
      expect(await refusal(done, '', { 'last-event-id': position })).toMatchObject({
        status: 400,
        code: 'CURSOR_INVALID',
      });
    },
  );

  it('with a query it does not know', async () => {
    expect(await refusal(done, '?from=1')).toMatchObject({ status: 400, code: 'UNKNOWN_FIELD' });
  });

  it('at a position whose next event was removed, or that is beyond the record', async () => {
    const id = await bed.still();
    await bed.emit(id, 3);
    await bed.emit(id, 7);
    const { lastSeq } = await bed.front.directive(id);
    expect(await refusal(id, `?after=${lastSeq + 1}`)).toMatchObject({ status: 410, code: 'POSITION_GONE' });
    await bed.front.rooms.redis.xtrim(bed.front.rooms.keys.events(id), 'MINID', '6-0');
    for (const after of [0, 4]) {
      expect(await refusal(id, `?after=${after}`)).toMatchObject({ status: 410, code: 'POSITION_GONE' });
    }
    const client = await bed.follow(id, '5');
    await client.until(() => client.events.length === lastSeq - 5);
    expect(client.ids[0]).toBe('6');
    // Its entry begins with event 6.
    const later = await bed.follow(id, '8');
    await later.until(() => later.events.length === lastSeq - 8);
    expect(later.ids[0]).toBe('9');
  });
});

describe('the one who reads for all streams', () => {
  it('is there while somebody listens, once for all of them, and gone with the last', async () => {
    const id = await bed.still();
    await Promise.all([bed.follow(id), bed.follow(id), bed.follow(), bed.follow()]);
    expect(
      await eventually(
        async () => bed.blockedReaders(),
        (count) => count > 0,
      ),
    ).toBe(1);
    bed.closeClients();
    await eventually(
      async () => bed.blockedReaders(),
      (count) => count === 0,
    );
    const late = await bed.follow(id);
    await late.until(() => late.events.length > 0);
    expect(
      await eventually(
        async () => bed.blockedReaders(),
        (count) => count > 0,
      ),
    ).toBe(1);
  });
});
