import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { Spawned } from '../setup/spawned.js';
import { Services, root } from '../e2e/services.js';

let services: Services;

beforeAll(async () => {
  services = await Services.open();
  await Promise.all([services.start('orchestrator'), services.start('executor')]);
  await services.send('PUT', '/actions/test.echo', { effect: 'pure' });
  const worker = Spawned.start(process.execPath, [
    join(root, 'test/setup/plain-worker.mjs'),
    services.redis.url,
    '{coc:0}',
    'test.echo.0',
    '{"concurrency":20}',
    'echo',
  ]);
  services.processes.push(worker);
  await worker.line(/^ready$/);
});

afterAll(async () => services.close());

const chain: Json = {
  tasks: [
    { id: 'a', action: 'test.echo', input: 1 },
    { id: 'b', action: 'test.echo', dependsOn: ['a'] },
    { id: 'c', action: 'test.echo', dependsOn: ['b'] },
  ],
};

it('finishes everything although one of two executors is stopped in the middle, and again when it wakes', async () => {
  const second = await services.start('executor');
  const before = await Promise.all(Array.from({ length: 100 }, async () => services.submit(chain)));
  second.signal('SIGSTOP');
  const during = await Promise.all(Array.from({ length: 50 }, async () => services.submit(chain)));
  for (const id of [...before, ...during]) expect((await services.finished(id)).state).toBe('COMPLETED');
  second.signal('SIGCONT');
  const after = await Promise.all(Array.from({ length: 20 }, async () => services.submit(chain)));
  for (const id of after) expect((await services.finished(id)).state).toBe('COMPLETED');
});
