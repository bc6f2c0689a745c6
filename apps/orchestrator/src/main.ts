import 'reflect-metadata';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess } from '#libs/telemetry';
import { bootOrchestrator } from './boot-orchestrator.js';

await runServiceProcess(async () => {
  const env = loadEnv();
  return bootOrchestrator(env, createLogger('orchestrator', env.logLevel));
});
