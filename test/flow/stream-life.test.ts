import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from './http-front-bed.js';
import { SseClient } from './sse-client.js';
import { StreamBed } from './stream-bed.js';

let bed: StreamBed;

beforeEach(async () => {
  // BullMQ's workers wait that long for connections that were cut.
  bed = await StreamBed.open({ COC_SHUTDOWN_GRACE_MS: '200' });
});

afterEach(async () => bed.close());

const pieces = 60;
const pieceBytes = 400_000;

/** An answer that nobody reads. */
async function stuck(id: string): Promise<IncomingMessage> {
  const request = get(`${bed.front.app.url}/api/v1/directives/${id}/events/stream`, {
    agent: false,
    headers: bed.front.owner,
  });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.on('error', () => undefined);
  return response.on('error', () => undefined);
}

it('a client that does not read is dropped, comes again with its position, and has missed nothing', async () => {
  const id = await bed.still();
  const slow = await stuck(id);
  const swift = await bed.follow(id);
  await swift.until(() => swift.events.length === 2);
  for (let at = 1; at <= pieces; at += 1) {
    await bed.emit(id, 1, pieceBytes);
    await swift.until(() => swift.events.length === at + 2);
  }
  const late = SseClient.reading(slow);
  await late.ended();
  expect(late.response.complete).toBe(false);
  expect(late.events.length).toBeLessThan(pieces);
  const again = await bed.follow(id, late.lastEventId);
  await again.until(() => again.events.length + late.events.length === pieces + 2);
  expect([...late.views, ...again.views].map(({ seq }) => seq)).toEqual(swift.views.map(({ seq }) => seq));
  expect(swift.isEnded).toBe(false);
});

it('one that catches up slowly is waited for, and is not dropped', async () => {
  const id = await bed.still();
  for (let at = 0; at < pieces; at += 1) await bed.emit(id, 1, pieceBytes);
  const slow = await stuck(id);
  await bed.emit(id, 5);
  const late = SseClient.reading(slow);
  await late.until(() => late.events.length === pieces + 7);
  expect(late.views.map(({ seq }) => seq)).toEqual(Array.from({ length: pieces + 7 }, (_, at) => at + 1));
});

it('all end with the orchestrator, which they do not hold up', async () => {
  const id = await bed.still();
  const clients = await Promise.all([bed.follow(id), bed.follow(), bed.follow()]);
  await clients[0].until(() => clients[0].events.length === 2);
  await bed.front.app.close();
  for (const client of clients) expect((await client.ended()).response.complete).toBe(true);
});

it('go on after all connections to Redis were cut', async () => {
  const id = await bed.still();
  const clients = await Promise.all([bed.follow(id), bed.follow()]);
  await clients[1].until(() => clients[1].lastEventId !== '');
  await eventually(
    async () => bed.blockedReaders(),
    (count) => count === 1,
  );
  for (let turn = 1; turn <= 3; turn += 1) {
    await bed.front.rooms.redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await bed.emit(id, 10);
    await clients[0].until(() => clients[0].events.length === 2 + turn * 10);
    await clients[1].until(() => clients[1].events.length === turn * 10);
  }
  expect(clients[0].ids).toEqual(Array.from({ length: 32 }, (_, at) => String(at + 1)));
  expect(clients[1].views.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, at) => at + 3));
});

it('are cut when events were removed while Redis could not be read, and are then refused', async () => {
  const id = await bed.still();
  const client = await bed.follow();
  await client.until(() => client.lastEventId !== '');
  await eventually(
    async () => bed.blockedReaders(),
    (count) => count === 1,
  );
  const { redis, keys } = bed.front.rooms;
  const steps = redis.multi().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  for (let shard = 0; shard < 2; shard += 1) {
    steps.xadd(keys.shardEvents(shard), '*', 'e', `${id} local 1 task.queued task.queued`);
    steps.xtrim(keys.shardEvents(shard), 'MAXLEN', 1);
  }
  await steps.exec();
  await client.ended();
  expect(client.response.complete).toBe(false);
  expect((await bed.follow('', client.lastEventId)).status).toBe(410);
});
