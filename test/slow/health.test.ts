import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openRedis } from '#libs/redis';
import type { Spawned } from '../setup/spawned.js';
import { Services } from '../e2e/services.js';

const apps = ['executor', 'workers', 'recorder'] as const;
const settings = { COC_HEALTH_PORT: '0', COC_LOG_LEVEL: 'info' };
let services: Services;

beforeEach(async () => {
  services = await Services.open(settings);
});

afterEach(async () => services.close());

async function healthOf(process_: Spawned): Promise<string> {
  return (JSON.parse(await process_.line(/health is served/)) as { url: string }).url;
}

interface Health {
  status: number;
  body: { checks?: Record<string, { ok: boolean; detail: string }> };
}

async function ask(url: string, path: string): Promise<Health> {
  const response = await fetch(`${url}${path}`);
  return { status: response.status, body: (await response.json()) as Health['body'] };
}

/** How long it took until all answered so. */
async function untilAll(urls: readonly string[], status: number, path = '/health/ready'): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const answers = await Promise.all(urls.map(async (url) => ask(url, path)));
    if (answers.every((answer) => answer.status === status)) return performance.now() - begun;
    if (performance.now() - begun > 20_000) throw new Error(JSON.stringify(answers));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it('every service is ready while it gets work done, not while Redis is stopped or full, and live all the time', async () => {
  const processes = await Promise.all(apps.map(async (app) => services.start(app)));
  const urls = await Promise.all(processes.map(healthOf));
  await services.start('orchestrator');
  const api = [`${services.url}/api/v1`];
  await untilAll([...urls, ...api], 200);
  expect((await ask(services.url, '/api/v1/health/ready')).body).toMatchObject({
    details: { executors: { status: 'up', missing: [] } },
  });

  services.redis.process.kill('SIGSTOP');
  expect(await untilAll([...urls, ...api], 503)).toBeLessThan(5_500);
  await untilAll([...urls, ...api], 200, '/health/live');
  services.redis.process.kill('SIGCONT');
  await untilAll([...urls, ...api], 200);

  const redis = openRedis({ url: services.redis.url });
  await redis.config('SET', 'maxmemory', '1');
  expect(await untilAll([...urls, ...api], 503)).toBeLessThan(5_500);
  await redis.config('SET', 'maxmemory', '0');
  redis.disconnect();
  await untilAll([...urls, ...api], 200);

  expect((await ask(urls[0]!, '/health/other')).status).toBe(404);
  for (const process_ of processes) process_.signal('SIGTERM');
  expect(await Promise.all(processes.map(async (process_) => process_.ended()))).toEqual([0, 0, 0]);
});

it('an orchestrator without an executor is ready and says what is missing', async () => {
  await services.start('orchestrator', { COC_SHARDS: '2' });
  expect(await ask(services.url, '/api/v1/health/ready')).toMatchObject({
    status: 200,
    body: { details: { executors: { status: 'up', missing: [0, 1], detail: expect.stringContaining('shard 0, 1') } } },
  });
});

it('a health port that is taken ends the start with one sentence', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const started = services.start('workers', { COC_HEALTH_PORT: String(port) });
  await started.catch(() => undefined);
  const [process_] = services.processes;
  expect(await process_!.ended()).toBe(1);
  taken.close();
  expect(process_!.errors.filter((line) => !line.startsWith('{'))).toEqual([
    `Port ${port} on 127.0.0.1 is taken; stop what listens there, or set COC_HEALTH_PORT.`,
  ]);
});
