import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess, withHealthServer } from '#libs/telemetry';
import { bootExecutor } from './boot-executor.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  const logger = createLogger('executor', env.logLevel);
  return withHealthServer(await bootExecutor(env, logger), env.health, logger);
});
