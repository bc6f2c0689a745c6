import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess } from '#libs/telemetry';
import { bootRecorder } from './boot-recorder.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  return bootRecorder(env, createLogger('recorder', env.logLevel));
});
