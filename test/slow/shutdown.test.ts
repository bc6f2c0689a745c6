import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Services } from '../e2e/services.js';
import type { Spawned } from '../setup/spawned.js';

const graceMs = 1_500;
/** What the process may take beyond its grace, and what a busy machine takes to notice its end. */
const marginMs = 5_000 + 1_000;

type Fate = 'alive' | 'killed' | 'stopped';

async function exitOf(process_: Spawned): Promise<{ code: number | string; isInTime: boolean }> {
  const begun = performance.now();
  // With its last words read, which an exit alone does not wait for.
  const closed = once(process_.child, 'close');
  process_.signal('SIGTERM');
  const code = await process_.ended();
  await closed;
  return { code, isInTime: performance.now() - begun < graceMs + marginMs };
}

function strike(services: Services, fate: Fate): void {
  if (fate === 'killed') services.redis.process.kill('SIGKILL');
  if (fate === 'stopped') services.redis.process.kill('SIGSTOP');
}

/** Attempts that outlast the grace, others that wait, an open event stream and a kept-alive connection. */
async function putToWork(services: Services): Promise<void> {
  const tasks = [1, 2, 3].map((at) => ({
    id: `long${at}`,
    action: 'agent.worker',
    input: { prompt: 'think', mock: { latencyMs: 60_000 } },
  }));
  const ids = await Promise.all(Array.from({ length: 20 }, async () => services.submit({ tasks })));
  const isRunning = async (id: string): Promise<boolean> => {
    const { body } = await services.send('GET', `/directives/${id}/plan`);
    return (body as { items: { state: string }[] }).items.some(({ state }) => state === 'running');
  };
  while (!(await Promise.all(ids.map(isRunning))).includes(true))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const stream = await fetch(`${services.url}/api/v1/directives/${ids[0]}/events/stream`, {
    headers: await services.owner(),
  });
  stream.body
    ?.getReader()
    .read()
    .catch(() => undefined);
}

describe.each(['alive', 'killed', 'stopped'] as const)('with Redis %s', (fate) => {
  it.each(['idle', 'at work'] as const)(
    'every service that is %s ends with 0 within its grace and 5 s',
    async (load) => {
      const services = await Services.open({ COC_SHUTDOWN_GRACE_MS: String(graceMs), COC_LOG_LEVEL: 'info' });
      try {
        await Promise.all([services.startAll(), services.start('recorder')]);
        if (load === 'at work') await putToWork(services);
        strike(services, fate);
        const ends = await Promise.all(services.processes.map(exitOf));
        const forced = services.processes.filter(({ errors }) =>
          errors.some((line) => line.startsWith('Not everything')),
        );
        expect(fate === 'alive' ? forced : []).toEqual([]);
        const told = services.processes.map(({ errors }) => errors.slice(-8).join('\n'));
        expect({ ends, told: ends.every(({ code }) => code === 0) ? [] : told }).toEqual({
          ends: services.processes.map(() => ({ code: 0, isInTime: true })),
          told: [],
        });
      } finally {
        await services.close();
      }
    },
  );
});

/** Accepts connections and never answers, as a Redis behind a black hole. */
async function startBlackHole(
  connections: number,
): Promise<{ url: string; reached: Promise<unknown>; close: () => void }> {
  const sockets: Socket[] = [];
  const reached = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (sockets.push(socket) >= connections) reached.resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `redis://127.0.0.1:${port}`, reached: reached.promise, close };
}

describe('a service', () => {
  it('that is still starting ends with 0 although Redis does not answer', async () => {
    const apps = ['orchestrator', 'executor', 'workers', 'recorder'] as const;
    const services = await Services.open({ COC_LOG_LEVEL: 'info' });
    const hole = await startBlackHole(apps.length);
    try {
      for (const app of apps) void services.start(app, { REDIS_URL: hole.url }).catch(() => undefined);
      await hole.reached;
      expect(await Promise.all(services.processes.map(exitOf))).toEqual(apps.map(() => ({ code: 0, isInTime: true })));
    } finally {
      hole.close();
      await services.close();
    }
  });

  it('ends at once, and not with 0, at the second signal', async () => {
    const settings = { COC_SHUTDOWN_GRACE_MS: '60000', COC_LOG_LEVEL: 'info', COC_HEALTH_PORT: '0' };
    const services = await Services.open(settings);
    try {
      const workers = await services.start('workers');
      await Promise.all([services.start('executor'), services.start('orchestrator')]);
      await putToWork(services);
      const { url } = JSON.parse(await workers.line(/health is served/)) as { url: string };
      workers.signal('SIGTERM');
      while (!(await (await fetch(`${url}/health/ready`)).text()).includes('is shutting down'));
      workers.signal('SIGTERM');
      expect(await workers.ended()).toBe(1);
    } finally {
      await services.close();
    }
  });
});
