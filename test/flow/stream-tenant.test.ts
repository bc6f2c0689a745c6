import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shardOfDirective } from '#libs/contracts';
import { problemOf } from './http-bed.js';
import { StreamBed, echo } from './stream-bed.js';
import type { SseClient } from './sse-client.js';

let bed: StreamBed;

beforeAll(async () => {
  bed = await StreamBed.open();
  await bed.serve();
});

afterAll(async () => bed.close());

const nameOf = ({ view }: SseClient['events'][number]): string => `${view.directiveId} ${view.seq}`;

/** Two directives on each of the two shards, run to their ends. */
async function runFour(): Promise<string[]> {
  const ids: string[] = [];
  for (const wanted of [0, 1, 0, 1]) {
    let id: string;
    do id = (await bed.front.run({ tasks: [echo] })).id;
    while (shardOfDirective(id) !== wanted);
    ids.push(id);
  }
  return ids;
}

const isEnd = ({ type }: { type: string }): boolean => type === 'directive.completed';

/** Follows until the ends of all these were seen. */
async function untilEnded(client: SseClient, ids: readonly string[]): Promise<void> {
  await client.until(() =>
    ids.every((id) => client.events.some((event) => isEnd(event) && event.view.directiveId === id)),
  );
}

describe('the stream of a tenant', () => {
  it('says first where it begins, and then everything of all shards in the order of each directive', async () => {
    const client = await bed.follow();
    await client.until(() => client.lastEventId !== '');
    expect([client.retryMs, client.events, client.lastEventId]).toEqual([
      1_000,
      [],
      expect.stringMatching(/^[\w.-]+$/),
    ]);
    const ids = await runFour();
    await untilEnded(client, ids);
    for (const id of ids) {
      const mine = client.views.filter(({ directiveId }) => directiveId === id);
      expect({ items: mine, nextCursor: null }).toEqual(await bed.front.get(`/directives/${id}/events`));
    }
  });

  it('goes on after each position, also the first, with exactly the rest', async () => {
    const client = await bed.follow();
    await client.until(() => client.lastEventId !== '');
    const positions = [client.lastEventId];
    const ids = await runFour();
    await untilEnded(client, ids);
    positions.push(...client.ids);
    const all = client.events.map(nameOf);
    for (const [at, position] of positions.entries()) {
      const again = at % 2 === 0 ? await bed.follow('', position) : await bed.follow(`?after=${position}`);
      await again.until(() => again.events.length === all.length - at && again.comments.length > 1);
      expect(again.events.map(nameOf).toSorted()).toEqual(all.slice(at).toSorted());
      again.close();
    }
  });

  it('is the same bytes for two who follow it', async () => {
    const clients = await Promise.all([bed.follow(), bed.follow()]);
    await Promise.all(clients.map(async (client) => client.until(() => client.lastEventId !== '')));
    const ids = await runFour();
    await Promise.all(clients.map(async (client) => untilEnded(client, ids)));
    expect(clients[0].events).toEqual(clients[1].events);
  });

  it('is only of the types that are asked for, and its position moves on all the same', async () => {
    const client = await bed.follow('?type=task.failed,directive.completed');
    await client.until(() => client.lastEventId !== '');
    const ids = await runFour();
    await untilEnded(client, ids);
    expect(new Set(client.events.map(({ type }) => type))).toEqual(new Set(['directive.completed']));
    const last = client.lastEventId;
    await bed.emit(await bed.still(), 5);
    await client.until(() => client.lastEventId !== last);
    expect((await bed.follow('', client.lastEventId)).status).toBe(200);
  });

  it('shows nothing of another tenant', async () => {
    const client = await bed.follow();
    await client.until(() => client.lastEventId !== '');
    const from = client.lastEventId;
    await bed.still(0, 'other');
    const mine = await bed.still();
    for (const each of [client, await bed.follow('', from)]) {
      await each.until(() => each.events.length === 2);
      expect(each.views.map(({ directiveId }) => directiveId)).toEqual([mine, mine]);
    }
  });

  it('goes on from a position that knew fewer shards', async () => {
    const client = await bed.follow();
    await client.until(() => client.lastEventId !== '');
    const [ofFirst] = client.lastEventId.split('.');
    const again = await bed.follow('', ofFirst);
    await again.until(() => again.events.length > 0 && again.comments.length > 1);
    expect(new Set(again.views.map(({ directiveId }) => shardOfDirective(directiveId)))).toEqual(new Set([1]));
    expect(again.lastEventId).toBe(client.lastEventId);
  });
});

describe('the stream of a tenant is refused', () => {
  const refusal = async (query: string) => problemOf(await bed.front.call('GET', `/events/stream${query}`));

  it.each(['!', '0.0.0', '0-0-0', 'ZZ', '000000000000', '0.', ' '])(
    'at position "%s", which it never gave',
    async (text) => {
      expect(await refusal(`?after=${encodeURIComponent(text)}`)).toMatchObject({
        status: 400,
        code: 'CURSOR_INVALID',
      });
    },
  );

  it('for a type that does not exist', async () => {
    for (const type of ['task.exploded', '', 'task.failed,']) {
      const problem = await refusal(`?type=${type}`);
      expect(problem).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
      expect(problem.errors![0]!.pointer).toMatch(/^\/type/);
    }
  });

  it('at a position after which events were removed, and says the way out', async () => {
    const client = await bed.follow();
    await client.until(() => client.lastEventId !== '');
    const before = client.lastEventId;
    const id = await bed.still();
    // One call each, so that each event has an entry of its own.
    for (let at = 0; at < 10; at += 1) await bed.emit(id, 1);
    await client.until(() => client.events.length === 12);
    const { redis, keys } = bed.front.rooms;
    const shard = keys.shardEvents(shardOfDirective(id)!);
    const [[sixthLast]] = (await redis.xrevrange(shard, '+', '-', 'COUNT', 6)).slice(-1) as [[string, string[]]];
    await redis.xtrim(shard, 'MINID', sixthLast);
    const problem = await refusal(`?after=${before}`);
    expect(problem).toMatchObject({ status: 410, code: 'POSITION_GONE' });
    expect(problem.detail).toContain('GET /api/v1/directives');
    const kept = await bed.follow('', client.ids.at(-6));
    await kept.until(() => kept.events.length === 5);
    await redis.xtrim(shard, 'MAXLEN', 0);
    expect(await refusal(`?after=${client.ids.at(-2)}`)).toMatchObject({ status: 410 });
    expect((await bed.follow('', client.lastEventId)).status).toBe(200);
    expect((await bed.follow()).status).toBe(200);
  });
});
