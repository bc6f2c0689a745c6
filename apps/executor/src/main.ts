import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess } from '#libs/telemetry';
import { bootExecutor } from './boot-executor.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  return bootExecutor(env, createLogger('executor', env.logLevel));
});
