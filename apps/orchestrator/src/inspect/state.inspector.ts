import { localPrincipal, type OrchestratorState, type Principal } from '#libs/contracts';
import type { ActionCatalog, ExecutorBeats } from '#libs/state';
import type { WorkflowLibrary } from '../decide/workflow.library.js';
import type { DirectiveCensus } from './directive-stats.js';
import type { QueueInspector } from './queue.inspector.js';

interface StateParts {
  shards: { used: number; served: number };
  workflows: WorkflowLibrary;
  catalog: ActionCatalog;
  census: DirectiveCensus;
  beats: ExecutorBeats;
  queues: QueueInspector;
}

/** How it stands with the orchestrator, in one look. Changes nothing. */
export class StateInspector {
  constructor(private readonly parts: StateParts) {}

  async look({ tenant }: Principal): Promise<OrchestratorState> {
    const { shards, workflows, catalog, census, beats, queues } = this.parts;
    const [withoutExecutor, actions, directives, lines] = await Promise.all([
      beats.missing(shards.served),
      catalog.list(),
      census.count(tenant),
      queues.list(),
    ]);
    const sum = (figure: 'ready' | 'inFlight'): number => lines.reduce((total, line) => total + line[figure], 0);
    return {
      shards: { ...shards, withoutExecutor },
      workflows: workflows.list(),
      actions: actions.length,
      directives,
      // How much the others have to do is theirs to know.
      ...(tenant === localPrincipal.tenant && { queues: { ready: sum('ready'), inFlight: sum('inFlight') } }),
    };
  }
}
