import 'reflect-metadata';
import { bootWorkers, startWorkerHost } from '#apps/workers';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess } from '#libs/telemetry';
import { WitnessedActions, witnessAddress } from './witnessed.controller.js';

/** `WITNESS [documents]`: our worker host, as it always is, with the actions of the harness; with the word, also those of the product. */
const [witnessUrl, documents] = process.argv.slice(2) as [string, string | undefined];
await runServiceProcess(async () => {
  const env = loadEnv();
  const logger = createLogger('worker', env.logLevel);
  const providers = [{ provide: witnessAddress, useValue: witnessUrl }];
  const hosts = [await startWorkerHost(env, logger, [WitnessedActions], providers)];
  if (documents) hosts.push(await bootWorkers(env, logger));
  return { close: async () => void (await Promise.all(hosts.map(async (host) => host.close()))) };
});
