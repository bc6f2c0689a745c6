import type { OrchestratorState, Principal } from '#libs/contracts';
import type { ActionCatalog, DirectiveReader, ExecutorBeats } from '#libs/state';
import type { WorkflowLibrary } from '../decide/workflow.library.js';
import type { QueueInspector } from './queue.inspector.js';

/** A tenant may have millions: the newest say what is going on. */
const countedDirectives = 1_000;

interface StateParts {
  shards: { used: number; served: number };
  workflows: WorkflowLibrary;
  catalog: ActionCatalog;
  reader: DirectiveReader;
  beats: ExecutorBeats;
  queues: QueueInspector;
}

/** How it stands with the orchestrator, in one look. Changes nothing. */
export class StateInspector {
  constructor(private readonly parts: StateParts) {}

  async look({ tenant }: Principal): Promise<OrchestratorState> {
    const { shards, workflows, catalog, reader, beats, queues } = this.parts;
    const [withoutExecutor, actions, directives, lines] = await Promise.all([
      beats.missing(shards.served),
      catalog.list(),
      reader.countStates(tenant, countedDirectives),
      queues.list(),
    ]);
    const sum = (figure: 'ready' | 'inFlight'): number => lines.reduce((total, line) => total + line[figure], 0);
    return {
      shards: { ...shards, withoutExecutor },
      workflows: workflows.list(),
      actions: actions.length,
      directives,
      queues: { ready: sum('ready'), inFlight: sum('inFlight') },
    };
  }
}
