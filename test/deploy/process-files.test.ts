import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Services, root } from '../e2e/services.js';
import { Spawned } from '../setup/spawned.js';

interface ProcessEntry {
  name: string;
  script: string;
  cwd: string;
  env: Record<string, string>;
  kill_timeout: number;
}

const { apps } = createRequire(import.meta.url)(join(root, 'ecosystem.config.cjs')) as { apps: ProcessEntry[] };
/** `dist/apps/executor/src/main.js` is the service `executor`. */
const serviceOf = ({ script }: ProcessEntry): string => basename(dirname(dirname(script)));

let services: Services;
beforeAll(async () => {
  services = await Services.open({ COC_LOG_LEVEL: 'info' });
});
afterAll(() => services.close());

it('has every process of the standard names, and no action twice', () => {
  expect(apps.map(({ name }) => name)).toEqual([
    'cogo-orchestrator-brain',
    'cogo-executor-dispatcher',
    'cogo-bus-reclaimer',
    'cogo-bus-retention',
    'cogo-gateway-chat',
    'cogo-rag-dispatcher',
    'cogo-rag-embed',
    'cogo-kg-builder',
    'cogo-trace-recorder',
  ]);
  const actions = apps.flatMap(({ env }) => env['COC_ACTIONS']?.split(',') ?? []);
  expect(new Set(actions).size).toBe(actions.length);
  for (const { kill_timeout: graceMs } of apps) expect(graceMs).toBeGreaterThan(10_000 + 5_000);
});

it('together its processes are the whole system: each starts, and a directive over every role completes', async () => {
  const shared = {
    REDIS_URL: services.redis.url,
    COC_DATA_DIR: services.dataDir,
    TRACE_DIR: join(services.dataDir, 'traces'),
    COC_PORT: '0',
    COC_LOG_LEVEL: 'info',
    COC_DOCUMENT_ROOTS: '/',
  };
  await Promise.all(
    apps.map(async (app) => {
      const started = Spawned.start(process.execPath, [app.script], { ...app.env, ...shared });
      services.processes.push(started);
      const line = await started.line(/is running|take work/);
      if (serviceOf(app) === 'orchestrator') services.url = (JSON.parse(line) as { url: string }).url;
    }),
  );
  const folder = join(root, 'docs', 'playbooks');
  const index = await services.submit({ workflow: 'docs.index', input: { folder } });
  const answer = await services.submit({
    tasks: [{ id: 'say', action: 'agent.worker', input: { prompt: 'which process is this' } }],
  });
  for (const id of [index, answer]) expect(await services.finished(id)).toMatchObject({ state: 'COMPLETED' });
});
