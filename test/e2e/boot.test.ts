import { rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRedis } from '#libs/redis';
import { startRedis, type TestRedis } from '#libs/testing';
import { Spawned } from '../setup/spawned.js';
import { root } from './services.js';

const apps = ['orchestrator', 'executor', 'workers', 'recorder'] as const;
const traces = join(tmpdir(), `coc-boot-${process.pid}`);
let redis: TestRedis;
let evicting: TestRedis;

beforeAll(async () => {
  [redis, evicting] = await Promise.all([startRedis(), startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })]);
});

afterAll(async () => {
  await Promise.all([redis.stop(), evicting.stop(), rm(traces, { recursive: true, force: true })]);
});

function boot(app: string, env: Record<string, string>): Spawned {
  return Spawned.start(process.execPath, [join(root, `dist/apps/${app}/src/main.js`)], {
    COC_PORT: '0',
    TRACE_DIR: traces,
    ...env,
  });
}

async function refusal(app: string, env: Record<string, string>): Promise<{ code: number | string; said: string[] }> {
  const process_ = boot(app, env);
  const code = await process_.ended();
  return { code, said: process_.errors.filter((line) => !line.startsWith('{')) };
}

/** No Redis that old can be installed here: this answers as one when it is asked who it is. */
async function startOldRedis(): Promise<Server> {
  const info = 'redis_version:6.2.14\r\nmaxmemory_policy:noeviction\r\nloading:0\r\n';
  const answerTo = (request: string): string =>
    /^\$4\r\ninfo/i.test(request)
      ? `$${info.length}\r\n${info}\r\n`
      : `-ERR unknown command '${request.split('\r\n')[1]}'\r\n`;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const requests = data
        .toString()
        .split(/^\*\d+\r\n/m)
        .slice(1);
      socket.write(requests.map(answerTo).join(''));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

describe.each(apps)('%s', (app) => {
  it('boots and exits 0 on SIGTERM', async () => {
    const process_ = boot(app, { REDIS_URL: redis.url });
    await process_.line(/is running|take work/);
    process_.signal('SIGTERM');
    expect(await process_.ended()).toBe(0);
  });

  it('says in one sentence that no Redis answers', async () => {
    const { code, said } = await refusal(app, { REDIS_URL: 'redis://127.0.0.1:1' });
    expect({ code, said }).toEqual({
      code: 1,
      said: ['No Redis answers at 127.0.0.1:1; start one, or set REDIS_URL.'],
    });
  });

  it('refuses a Redis that evicts', async () => {
    const { code, said } = await refusal(app, { REDIS_URL: evicting.url });
    expect(code).toBe(1);
    expect(said).toEqual([expect.stringContaining('maxmemory-policy allkeys-lru')]);
  });

  it('refuses a Redis below 7.0', async () => {
    const old = await startOldRedis();
    const { code, said } = await refusal(app, {
      REDIS_URL: `redis://127.0.0.1:${(old.address() as AddressInfo).port}`,
    });
    old.close();
    expect(code).toBe(1);
    expect(said).toEqual([expect.stringContaining('needs 7.0 or newer')]);
  });

  it('refuses the record of a newer release', async () => {
    const connection = openRedis({ url: redis.url });
    await connection.zadd('{newer:g}:installation', 2_000, 'layout');
    connection.disconnect();
    const { code, said } = await refusal(app, { REDIS_URL: redis.url, COC_KEY_PREFIX: 'newer' });
    expect({ code, said }).toEqual({
      code: 1,
      said: [
        'The record in Redis is of version 2.0, and this release knows 1.x; start a release that knows it, or name another Redis or COC_KEY_PREFIX.',
      ],
    });
  });

  it('names a wrong setting without its value', async () => {
    const { code, said } = await refusal(app, { REDIS_URL: 'secret-and-wrong' });
    expect(code).toBe(1);
    expect(said.join()).toContain('REDIS_URL');
    expect(said.join()).not.toContain('secret-and-wrong');
  });
});

it('says in one sentence that its port is taken', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const { code, said } = await refusal('orchestrator', { REDIS_URL: redis.url, COC_PORT: String(port) });
  taken.close();
  expect({ code, said }).toEqual({
    code: 1,
    said: [`Port ${port} on 127.0.0.1 is taken; stop what listens there, or set COC_PORT.`],
  });
});
