import { EnvError } from '#libs/config';
import type { ActionCatalog } from '#libs/state';
import { reportOn, type HealthCheck, type Logger } from '#libs/telemetry';
import type { ActionWorkers } from './action-workers.js';
import type { ActionServer, ServedAction } from './bullmq.transport.js';
import type { CancelListener } from './cancel-listener.js';
import { publishActions } from './publish-actions.js';

/** Those named, all when none is. A name nobody here knows is a typing error that would leave its queue unserved. */
function selectActions(known: readonly ServedAction[], names: readonly string[]): ServedAction[] {
  const knownNames = known.map(({ declared }) => declared.name).toSorted();
  const unknown = names.filter((name) => !knownNames.includes(name));
  if (unknown.length > 0) {
    throw new EnvError([`COC_ACTIONS: no action ${unknown.join(', ')} here; known are ${knownNames.join(', ')}`]);
  }
  return names.length === 0 ? [...known] : known.filter(({ declared }) => names.includes(declared.name));
}

/** The order of a boot: choose, publish, listen for aborts, and only then take work. */
export class HostActionServer implements ActionServer {
  constructor(
    private readonly names: readonly string[],
    private readonly catalog: ActionCatalog,
    private readonly cancels: CancelListener,
    private readonly workers: ActionWorkers,
    private readonly logger: Logger,
  ) {}

  /** Resolves with the reason when the workers take no work any more although it waits. */
  get broken(): Promise<string> {
    return this.workers.broken;
  }

  async start(known: readonly ServedAction[]): Promise<void> {
    const actions = selectActions(known, this.names);
    await publishActions(
      this.catalog,
      actions.map(({ declared }) => declared),
    );
    await this.cancels.start();
    await this.workers.start(actions);
    this.logger.info({ actions: actions.map(({ declared }) => declared.name) }, 'workers take work');
  }

  checks(withinMs: number): HealthCheck[] {
    return [{ name: 'workers', look: () => reportOn(this.workers.rounds, withinMs) }];
  }

  async stop(): Promise<void> {
    await this.workers.stop();
    await this.cancels.stop();
  }
}
