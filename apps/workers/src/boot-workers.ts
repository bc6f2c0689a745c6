import type { Env } from '#libs/config';
import type { Logger } from '#libs/telemetry';
import { actionControllers } from './actions/action-controllers.js';
import { AgentProvider } from './actions/answer-prompt/agent.provider.js';
import { openProvider } from './actions/answer-prompt/open-provider.js';
import { SourceFolders } from './documents/source-folders.js';
import { startWorkerHost, type WorkerHost } from './host/start-worker-host.js';

/** Serves the actions of this repository. Throws StartRefusal when COC_MODE=real has no provider; else see `startWorkerHost`. */
export async function bootWorkers(env: Env, logger: Logger): Promise<WorkerHost> {
  const provider = { provide: AgentProvider, useValue: await openProvider(env.agent) };
  const folders = new SourceFolders({ roots: env.worker.documentRoots, dataDir: env.dataDir });
  return startWorkerHost(env, logger, actionControllers, [provider, { provide: SourceFolders, useValue: folders }]);
}
