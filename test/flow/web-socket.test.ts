import { request } from 'node:http';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientOptions } from 'ws';
import { echo, StreamBed } from './stream-bed.js';
import { WsClient } from './ws-client.js';

let bed: StreamBed;
const clients: WsClient[] = [];

beforeEach(async () => {
  bed = await StreamBed.open({ COC_SHUTDOWN_GRACE_MS: '200' });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await bed.close();
});

async function follow(path: string, options: ClientOptions = {}): Promise<WsClient> {
  const headers = { ...bed.front.owner, ...options.headers };
  const client = await WsClient.open(`${bed.front.app.url}${path}`, { ...options, headers });
  clients.push(client);
  return client;
}

async function refusal(path: string, headers: Record<string, string> = {}): Promise<{ status: number; code: string }> {
  return WsClient.refusal(`${bed.front.app.url}${path}`, { headers: { ...bed.front.owner, ...headers } });
}

describe('a stream over WebSocket', () => {
  it('of a directive says the same as over SSE, and closes with 1000 at its end', async () => {
    await bed.serve();
    const id = await bed.front.submit({ tasks: [echo] });
    const sse = await bed.follow(id);
    const sockets = await Promise.all([follow(`/api/v1/ws/directives/${id}`), follow(`/ws/directives/${id}`)]);
    await sse.ended();
    for (const client of sockets) {
      expect(await client.closed()).toBe(1000);
      expect(client.events).toEqual(sse.events.map(({ id: position, view }) => ({ id: position, view })));
    }
    const last = sse.ids.at(-1)!;
    expect(await (await follow(`/ws/directives/${id}?after=${last}`)).closed()).toBe(1000);
    const late = await follow(`/ws/directives/${id}?after=2`);
    await late.closed();
    expect(late.events.map(({ view }) => view.seq)).toEqual(sse.views.slice(2).map(({ seq }) => seq));
  });

  it.each(['/api/v1/ws', '/api/v1/ws/directives', '/ws', '/ws/directives'])(
    '%s says everything of the tenant as SSE does, from any of its positions on',
    async (path) => {
      const sse = await bed.follow();
      const client = await follow(path);
      await sse.until(() => sse.lastEventId !== '');
      await client.until(() => client.messages.length > 0);
      const start = client.lastId;
      expect(start).toBe(sse.lastEventId);
      await bed.still(0, 'other');
      const id = await bed.still(1);
      await bed.emit(id, 5);
      await client.until(() => client.events.length === 7);
      await sse.until(() => sse.events.length === 7);
      expect(client.events.map(({ view }) => view)).toEqual(sse.views);
      for (const [at, position] of [start, ...sse.ids].entries()) {
        const again =
          at % 2 === 0
            ? await follow(`${path}?after=${position}`)
            : await follow(path, { headers: { 'last-event-id': position } });
        await again.until(() => again.events.length === 7 - at);
        expect(again.events.map(({ view }) => view)).toEqual(sse.views.slice(at));
      }
      expect((await follow(`${path}?type=task.retried&after=${start}`)).socket.readyState).toBe(1);
    },
  );

  it('has its filter, and is pinged', async () => {
    const client = await follow('/ws?type=task.retried');
    await client.until(() => client.messages.length > 0);
    await bed.emit(await bed.still(), 3);
    await client.until(() => client.events.length === 3 && client.pings > 1);
    expect(new Set(client.events.map(({ view }) => view.type))).toEqual(new Set(['task.retried']));
  });

  it('takes a credential as a protocol, and does not say it back', async () => {
    const url = `${bed.front.app.url.replace('http', 'ws')}/ws`;
    const native = new globalThis.WebSocket(url, ['coc.events', `bearer.${bed.front.app.ownerKey}`]);
    await once(native, 'open');
    expect(native.protocol).toBe('coc.events');
    native.close();
  });

  it('is refused as SSE is', async () => {
    const foreign = await bed.still(0, 'other');
    expect(await refusal(`/ws/directives/${foreign}`)).toEqual({ status: 404, code: 'NOT_FOUND' });
    expect(await refusal('/ws/directives/nothing')).toEqual({ status: 404, code: 'NOT_FOUND' });
    expect(await refusal('/ws?after=ZZ')).toEqual({ status: 400, code: 'CURSOR_INVALID' });
    expect(await refusal('/ws?type=task.exploded')).toEqual({ status: 400, code: 'REQUEST_INVALID' });
    expect(await refusal(`/ws/directives/${await bed.still()}?after=99`)).toEqual({
      status: 410,
      code: 'POSITION_GONE',
    });
    expect(await refusal('/ws/elsewhere')).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  it('is closed to who shows no good credential, and to a directive of another tenant', async () => {
    const id = await bed.still(0, 'other');
    for (const path of ['/ws', '/api/v1/ws/directives', `/ws/directives/${id}`])
      expect(await refusal(path, { authorization: 'Bearer nobody' })).toEqual({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await refusal(`/ws/directives/${id}`)).toEqual({ status: 404, code: 'NOT_FOUND' });
  });

  it('is refused to a page of another site, and not to one of ours', async () => {
    const { host } = new URL(bed.front.app.url);
    for (const origin of ['https://evil.example', `http://${host}.evil.example`, 'null', 'http://127.0.0.1:1'])
      expect(await refusal('/ws', { origin })).toEqual({ status: 403, code: 'FORBIDDEN' });
    await follow('/ws', { headers: { origin: `http://${host}` } });
  });

  it('answers 426 to who asks over HTTP, and HTTP to who asks for another protocol', async () => {
    const plain = await fetch(`${bed.front.app.url}/ws`, { headers: bed.front.owner });
    expect([plain.status, plain.headers.get('upgrade')]).toEqual([426, 'websocket']);
    const asked = request(`${bed.front.app.url}/api/v1/queues`, {
      headers: { ...bed.front.owner, connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': '' },
    }).end();
    const [{ statusCode }] = (await once(asked, 'response')) as [{ statusCode: number }];
    expect(statusCode).toBe(200);
    asked.destroy();
  });

  it('ends with 1008 when the client says something, with 1009 when it says much, with 1001 when the server stops', async () => {
    const [talker, shouter, listener] = await Promise.all([follow('/ws'), follow('/ws'), follow('/ws')]);
    talker.socket.send('hello');
    shouter.socket.send('x'.repeat(2_000));
    expect([await talker.closed(), await shouter.closed()]).toEqual([1008, 1009]);
    await bed.front.app.close();
    expect(await listener.closed()).toBe(1001);
  });

  it('that is not read is closed with 4008, and has missed nothing when it comes again', async () => {
    const id = await bed.still();
    const slow = await follow(`/ws/directives/${id}`);
    const swift = await follow(`/ws/directives/${id}`);
    await slow.until(() => slow.events.length === 2);
    slow.socket.pause();
    const pieces = 40;
    for (let at = 1; at <= pieces; at += 1) {
      await bed.emit(id, 1, 400_000);
      await swift.until(() => swift.messages.length === at + 2);
    }
    slow.socket.resume();
    expect(await slow.closed()).toBe(4008);
    expect(slow.messages.length).toBeLessThan(pieces);
    const again = await follow(`/ws/directives/${id}?after=${slow.lastId}`);
    await again.until(() => again.messages.length + slow.messages.length === pieces + 2);
  });
});
