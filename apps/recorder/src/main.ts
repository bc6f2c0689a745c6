import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess, withHealthServer } from '#libs/telemetry';
import { bootRecorder } from './boot-recorder.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  const logger = createLogger('recorder', env.logLevel);
  return withHealthServer(await bootRecorder(env, logger), env.health, logger);
});
