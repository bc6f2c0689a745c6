import { afterEach, expect, it } from '@jest/globals';
import { Services } from './services.js';

let services: Services;

afterEach(async () => services.close());

it('every service ends in time although Redis died under it', async () => {
  services = await Services.open({ COC_SHUTDOWN_GRACE_MS: '200', COC_LOG_LEVEL: 'info' });
  await Promise.all([services.startAll(), services.start('recorder')]);
  services.redis.process.kill('SIGKILL');
  for (const service of services.processes) service.signal('SIGTERM');
  const codes = await Promise.all(services.processes.map(async (service) => service.ended()));
  expect(codes).toEqual([0, 0, 0, 0]);
});
