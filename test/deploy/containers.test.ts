import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { baseImage, container, containerEngine, engineLacks, imageOf } from '../setup/container-engine.js';
import { ComposeStack, services } from './compose-stack.js';

const contentLimitBytes = 150_000_000;
const targets = ['orchestrator', 'executor', 'recorder', 'workers'];
const everyService = ['redis', ...services];
const folder = '/srv/docs';

const chainLength = 30;
/** A line of answers that lasts as long as the restarts, and an index of the documents beside it. */
const directive: Json = {
  title: 'outlives its containers',
  tasks: [
    ...Array.from({ length: chainLength }, (_, at) => ({
      id: `say${at}`,
      action: 'agent.worker',
      input: { prompt: `answer ${at}`, mock: { latencyMs: 2_000 } },
      ...(at === 0 ? {} : { dependsOn: [`say${at - 1}`] }),
    })),
    { id: 'collect', action: 'docs.collect', input: { folder } },
    {
      id: 'embed',
      action: 'rag.embed',
      forEach: { items: { $task: 'collect', path: '/documents' } },
      input: { folder, document: { $item: '' } },
    },
    { id: 'graph', action: 'kg.build', input: { folder, documents: { $task: 'embed' } } },
  ],
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const sizeOf = async (name: string): Promise<number> =>
  Number(await container('image', 'inspect', '--format', '{{.Size}}', name));

/** Without an engine each is reported as skipped; what this machine lacks was said at the start. */
const test = engineLacks === undefined ? it : it.skip;

let stack: ComposeStack;

beforeAll(async () => {
  if (engineLacks !== undefined) return;
  await ComposeStack.removeLeftovers();
  stack = new ComposeStack(await freePort());
  await stack.build();
  await stack.up();
}, 900_000);
afterAll(() => stack?.down(), 120_000);

test.each(targets)('the image %s has little on top of its base, and nothing of the tools', async (target) => {
  const built = imageOf(target);
  const content = (await sizeOf(built)) - (await sizeOf(baseImage));
  process.stderr.write(`${target}: ${(content / 1e6).toFixed(1)} MB on top of its base\n`);
  expect(content).toBeGreaterThan(1_000_000);
  expect(content).toBeLessThan(contentLimitBytes);
  expect(await container('image', 'inspect', '--format', '{{.Config.User}}', built)).toBe('10001:10001');
  const look = ['run', '--rm', '--read-only', '--entrypoint', 'ls', built];
  expect((await container(...look, '/app')).split('\n').toSorted()).toEqual([
    'deploy',
    'dist',
    'node_modules',
    'package.json',
  ]);
  const packages = (await container(...look, '/app/node_modules')).split('\n');
  expect(packages).toEqual(expect.arrayContaining(['bullmq', 'fastify', 'zod']));
  expect(packages.filter((name) => /^(typescript|jest|oxlint|node-linux-.*)$/.test(name))).toEqual([]);
});

test.each(everyService)('%s runs as nobody, without any right, on a root that cannot be written', async (service) => {
  const status = await stack.inside(service, 'cat', '/proc/1/status');
  expect(/^Name:\s+(.*)/m.exec(status)?.[1]).toMatch(/init|tini/);
  expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0');
  expect(/^CapEff:\s+(\w+)/m.exec(status)?.[1]).toMatch(/^0+$/);
  expect(/^CapBnd:\s+(\w+)/m.exec(status)?.[1]).toMatch(/^0+$/);
  expect(/^NoNewPrivs:\s+(\d)/m.exec(status)?.[1]).toBe('1');
  expect(await stack.inside(service, 'sh', '-c', 'touch /app /x 2>&1 || true')).toMatch(/Read-only file system/);
});

test('coc works in the container of the orchestrator', async () => {
  expect(await stack.inside('orchestrator', 'coc', 'doctor')).not.toContain('FAILED');
});

test('a directive completes although every container is restarted while it runs', async () => {
  const id = await stack.submit(directive);
  for (const service of everyService) {
    expect(await stack.directive(id)).toMatchObject({ finishedAt: null });
    await stack.restart(service);
  }
  const view = await stack.finished(id);
  expect(view).toMatchObject({ state: 'COMPLETED' });
}, 600_000);

// Its image is not ours to build, and podman runs here where no registry of images is reached.
const runsOthers = containerEngine === 'docker' ? it : it.skip;
if (containerEngine === 'podman') process.stderr.write('SKIPPED: prometheus; this machine lacks its image.\n');
runsOthers(
  'prometheus runs beside it',
  async () => {
    await stack.start('prometheus');
    expect(await stack.isRunning('prometheus')).toBe(true);
  },
  300_000,
);
