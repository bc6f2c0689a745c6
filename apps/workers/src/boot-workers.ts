import type { Env } from '#libs/config';
import type { Logger } from '#libs/telemetry';
import { actionControllers } from './actions/action-controllers.js';
import { startWorkerHost, type WorkerHost } from './host/start-worker-host.js';

/** Serves the actions of this repository; for errors see `startWorkerHost`. */
export async function bootWorkers(env: Env, logger: Logger): Promise<WorkerHost> {
  return startWorkerHost(env, logger, actionControllers);
}
