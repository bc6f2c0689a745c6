import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess } from '#libs/telemetry';
import { bootWorkers } from './boot-workers.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  return bootWorkers(env, createLogger('workers', env.logLevel));
});
