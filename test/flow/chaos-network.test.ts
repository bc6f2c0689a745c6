import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startHttpServer, startRedis, type TestRedis } from '#libs/testing';
import { Redis } from 'ioredis';
import { RedisProxy } from '../../chaos/src/network/redis-proxy.js';

let server: TestRedis;
let proxy: RedisProxy;
let direct: Redis;
let client: Redis;

const anyOf = (name: string) => (asked: string) => asked === name;

beforeEach(async () => {
  server = await startRedis();
  proxy = await RedisProxy.open(server.port, () => 0.5);
  direct = new Redis(server.url);
  client = new Redis(proxy.url, { maxRetriesPerRequest: 0, retryStrategy: () => 10 });
  client.on('error', () => undefined);
  await once(client, 'ready');
});

afterEach(async () => {
  // Whatever was done to the link, the client comes back over it.
  if (client.status !== 'ready') await once(client, 'ready');
  client.disconnect();
  direct.disconnect();
  await proxy.close();
  await server.stop();
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('the proxy in calm weather', () => {
  it('passes on what is asked and answered, pipelines, transactions and large values too', async () => {
    const large = 'x'.repeat(3_000_000);
    await client.set('large', large);
    expect(await client.get('large')).toBe(large);
    const replies = await client.pipeline().incr('n').incr('n').get('missing').exec();
    expect(replies).toEqual([
      [null, 1],
      [null, 2],
      [null, null],
    ]);
    expect(await client.multi().incr('n').hset('h', { a: 1 }).exec()).toEqual([
      [null, 3],
      [null, 1],
    ]);
    await until(() => proxy.counts.replies === proxy.counts.requests);
    expect(proxy.counts.resets + proxy.counts.delayed + proxy.droppedReplies).toBe(0);
  });

  it('passes on pushes, which answer no request', async () => {
    const listener = client.duplicate();
    await listener.subscribe('news');
    const heard = once(listener, 'message');
    await client.publish('news', 'hello');
    expect(await heard).toEqual(['news', 'hello']);
    listener.disconnect();
  });

  it('breaks the connection when the server does', async () => {
    const closed = once(client, 'close');
    await direct.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await closed;
    expect(proxy.counts.resets).toBe(0);
    await once(client, 'ready');
  });

  it('breaks the connection when there is no server', async () => {
    const nobody = await startHttpServer(() => undefined);
    const { port } = nobody;
    await nobody[Symbol.asyncDispose]();
    const toNobody = await RedisProxy.open(port);
    const socket = connect(Number(new URL(toNobody.url).port));
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error];
    expect(error.message).toContain('ECONNRESET');
    await toNobody.close();
  });
});

describe('a dropped reply', () => {
  it('was executed, and the client never hears of it', async () => {
    proxy.dropReplies({ count: 1, isPicked: anyOf('incr') });
    await expect(client.incr('n')).rejects.toThrow('max retries');
    expect(await direct.get('n')).toBe('1');
    expect(proxy.counts.dropped).toEqual({ incr: 1 });
    await once(client, 'ready');
    expect(await client.incr('n')).toBe(2);
  });

  it('takes the replies after it along, not those before it', async () => {
    proxy.dropReplies({ count: 1, isPicked: anyOf('incr') });
    const heard = await Promise.allSettled([client.set('a', '1'), client.incr('n'), client.set('b', '1')]);
    expect(heard.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await direct.mget('a', 'n', 'b')).toEqual(['1', '1', '1']);
    expect(proxy.droppedReplies).toBe(1);
  });

  it('is none when the server did nothing: an error, or a command queued in a transaction', async () => {
    await direct.set('text', 'x');
    proxy.dropReplies({ count: 1, isPicked: anyOf('incr') });
    await expect(client.incr('text')).rejects.toThrow(/not an integer/);
    expect(await client.multi().incr('n').exec()).toEqual([[null, 1]]);
    expect(proxy.droppedReplies).toBe(0);
    await expect(client.incr('n')).rejects.toThrow('max retries');
    expect(proxy.droppedReplies).toBe(1);
  });

  it('is none of a wait in vain', async () => {
    proxy.dropReplies({ count: 1, isPicked: anyOf('blpop') });
    expect(await client.blpop('list', 0.01)).toBeNull();
    expect(proxy.droppedReplies).toBe(0);
    await direct.rpush('list', 'taken');
    await expect(client.blpop('list', 1)).rejects.toThrow('max retries');
    expect(await direct.llen('list')).toBe(0);
    expect(proxy.counts.dropped).toEqual({ blpop: 1 });
  });

  it('is one, of whichever link has the first, when several share the order', async () => {
    const other = await RedisProxy.open(server.port);
    const order = { count: 1, isPicked: anyOf('incr') };
    for (const each of [proxy, other]) each.dropReplies(order);
    await expect(client.incr('n')).rejects.toThrow('max retries');
    const second = new Redis(other.url);
    expect(await second.incr('n')).toBe(2);
    second.disconnect();
    await other.close();
  });

  it('is of a whole transaction when EXEC is picked', async () => {
    proxy.dropReplies({ count: 1, isPicked: anyOf('exec') });
    await expect(client.multi().incr('n').incr('n').exec()).rejects.toThrow('connection close');
    expect(await direct.get('n')).toBe('2');
    expect(proxy.counts.dropped).toEqual({ exec: 1 });
  });

  it('is not counted when the server went away before it answered', async () => {
    proxy.dropReplies({ count: 1, isPicked: anyOf('blpop') });
    const read = client.blpop('list', 0);
    const { requests } = proxy.counts;
    await until(() => proxy.counts.requests > requests);
    proxy.reset();
    await expect(read).rejects.toThrow('max retries');
    expect(proxy.droppedReplies).toBe(0);
  });
});

describe('bad weather', () => {
  it('delays both ways and keeps the order', async () => {
    proxy.setWeather({ latencyMs: 20, jitterMs: 20 });
    const began = performance.now();
    const replies = await Promise.all(Array.from({ length: 20 }, () => client.incr('n')));
    expect(replies).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(performance.now() - began).toBeGreaterThan(40);
    expect(proxy.counts.delayed).toBeGreaterThan(1);
  });

  it('lets a request out and nothing back, until it is over', async () => {
    proxy.setWeather({ isSilent: true });
    const reply = client.incr('n');
    await until(() => proxy.counts.delayed > 0);
    expect(await direct.get('n')).toBe('1');
    expect(await Promise.race([reply, direct.ping()])).toBe('PONG');
    proxy.setWeather({});
    expect(await reply).toBe(1);
    expect(proxy.counts.silenced).toBe(1);
  });

  it('lets a connection be made in silence, and says nothing on it', async () => {
    proxy.setWeather({ isSilent: true });
    const socket = connect(Number(new URL(proxy.url).port));
    await once(socket, 'connect');
    socket.write('PING\r\n');
    await until(() => proxy.counts.delayed > 0);
    expect(socket.bytesRead).toBe(0);
    const data = once(socket, 'data');
    proxy.setWeather({});
    expect(String((await data)[0])).toBe('+PONG\r\n');
    socket.destroy();
  });

  it('lets a byte through at a time', async () => {
    const socket = connect(Number(new URL(proxy.url).port));
    await once(socket, 'connect');
    proxy.setWeather({ bytesPerSecond: 200 });
    const chunks: string[] = [];
    socket.on('data', (chunk) => chunks.push(String(chunk)));
    socket.write('PING\r\n');
    await until(() => chunks.join('') === '+PONG\r\n');
    expect(chunks.length).toBeGreaterThan(3);
    socket.destroy();
  });

  it('resets every connection', async () => {
    const error = once(client, 'error');
    expect(proxy.reset()).toBe(1);
    expect(String((await error)[0])).toContain('ECONNRESET');
    expect(proxy.counts.resets).toBe(1);
    await once(client, 'ready');
    expect(await client.ping()).toBe('PONG');
  });
});
