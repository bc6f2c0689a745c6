import 'reflect-metadata';
import { startWorkerHost } from '#apps/workers';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess } from '#libs/telemetry';
import { WitnessedActions, witnessAddress } from './witnessed.controller.js';

/** `WITNESS`: our worker host, as it always is, with the actions of the harness. */
const [witnessUrl] = process.argv.slice(2) as [string];
await runServiceProcess(async () => {
  const env = loadEnv();
  const providers = [{ provide: witnessAddress, useValue: witnessUrl }];
  return startWorkerHost(env, createLogger('worker', env.logLevel), [WitnessedActions], providers);
});
