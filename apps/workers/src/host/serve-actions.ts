import type { Provider, Type } from '@nestjs/common';
import { loadEnv } from '#libs/config';
import { createLogger, runServiceProcess, withHealthServer } from '#libs/telemetry';
import { startWorkerHost } from './start-worker-host.js';

/**
 * Makes this process a worker of the given actions: settings from the environment, log lines on stdout, health on COC_HEALTH_PORT, and an
 * orderly end at SIGTERM. Resolves when work is taken; a start that is refused ends the process with its reason and code 1.
 */
export async function serveActions(actions: Type[], providers: Provider[] = []): Promise<void> {
  await runServiceProcess(async () => {
    const env = loadEnv();
    const logger = createLogger('worker', env.logLevel);
    return withHealthServer(await startWorkerHost(env, logger, actions, providers), env.health, logger);
  });
}
