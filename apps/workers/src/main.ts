import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess, withHealthServer } from '#libs/telemetry';
import { bootWorkers } from './boot-workers.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  const logger = createLogger('workers', env.logLevel);
  return withHealthServer(await bootWorkers(env, logger), env.health, logger);
});
