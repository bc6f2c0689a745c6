import type { DirectiveState, TaskState } from '#libs/contracts';
import type { StoredEvent } from '../../setup/stored-story.js';

/** What the events alone tell: a reader of the story must come to the same as the record. */
export interface Folded {
  state: DirectiveState;
  path: DirectiveState[];
  counts: Record<'total' | 'open' | 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'expired', number>;
  tasks: Map<string, { state: TaskState; attempts: number; starts: number; ends: number; again: number }>;
}

const directiveStateAfter: Record<string, DirectiveState> = {
  'directive.accepted': 'PENDING',
  'directive.planned': 'QUEUED',
  'directive.released': 'QUEUED',
  'directive.started': 'RUNNING',
  'directive.paused': 'PAUSED',
  'directive.resumed': 'RUNNING',
  'directive.degraded': 'DEGRADED',
  'directive.recovered': 'RUNNING',
  'directive.completed': 'COMPLETED',
  'directive.partially_completed': 'PARTIALLY_COMPLETED',
  'directive.failed': 'FAILED',
  'directive.cancelled': 'CANCELLED',
  'directive.timeout': 'TIMEOUT',
  'directive.stopped': 'STOPPED',
  'directive.orphaned': 'ORPHANED',
};

const ends = {
  'task.completed': 'succeeded',
  'task.failed': 'failed',
  'task.skipped': 'skipped',
  'task.cancelled': 'cancelled',
  'task.expired': 'expired',
} as const;
const taskStateAfter: Record<string, TaskState> = {
  ...ends,
  'task.queued': 'dispatched',
  'task.started': 'running',
  'task.retried': 'deferred',
  'task.deferred': 'deferred',
  'task.held': 'held',
  'task.approved': 'ready',
  'task.expanded': 'waiting',
};

const growsBy: Record<string, string> = {
  'directive.planned': 'tasks',
  'directive.extended': 'tasks',
  'task.expanded': 'items',
};

/** A human's `retry` begins the count of starts anew. */
function foldRetry({ tasks }: Folded, { task }: StoredEvent): void {
  const known = tasks.get(task)!;
  tasks.set(task, { ...known, state: 'ready', starts: 0, again: known.again + 1 });
}

/** What had succeeded in the directive before is here from the beginning. */
function foldKept({ tasks, counts }: Folded, { data }: StoredEvent): void {
  const kept = data['tasks'] as string[];
  for (const task of kept) tasks.set(task, { state: 'succeeded', attempts: 0, starts: 0, ends: 1, again: 0 });
  counts.open -= kept.length;
  counts.succeeded += kept.length;
}

function foldTask(folded: Folded, event: StoredEvent): void {
  const { type, task, data } = event;
  if (type === 'directive.kept') return foldKept(folded, event);
  if (type === 'task.resolved' && data['decision'] === 'retry') return foldRetry(folded, event);
  const state = taskStateAfter[type];
  if (!state) return;
  const known = folded.tasks.get(task) ?? { state, attempts: 0, starts: 0, ends: 0, again: 0 };
  const end = ends[type as keyof typeof ends];
  // An attempt that was taken back before it was sent does not count.
  const attempts = type === 'task.held' || type === 'task.approved' ? Number(data['attempt']) : known.attempts;
  folded.tasks.set(task, {
    ...known,
    state,
    attempts: attempts + (type === 'task.queued' ? 1 : 0),
    starts: known.starts + (type === 'task.started' ? 1 : 0),
    ends: known.ends + (end ? 1 : 0),
  });
  if (!end) return;
  folded.counts[end] += 1;
  folded.counts.open -= 1;
}

/** Until it is released, what waits for its start is PENDING with its plan; released without one it goes to be planned. */
class StateFold {
  private isWaiting = false;
  private isPlanned = false;

  after({ type, data }: StoredEvent): DirectiveState | undefined {
    if (type === 'directive.accepted') this.isWaiting = data['start'] !== undefined;
    if (type === 'directive.planned') this.isPlanned = true;
    if (type === 'directive.released') this.isWaiting = false;
    const isMoved = this.isPlanned && !this.isWaiting;
    const isOfPlan = type === 'directive.planned' || type === 'directive.released';
    return isOfPlan && !isMoved ? undefined : directiveStateAfter[type];
  }
}

export function foldEvents(events: readonly StoredEvent[]): Folded {
  const counts = { total: 0, open: 0, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, expired: 0 };
  const folded: Folded = { state: 'PENDING', path: [], counts, tasks: new Map() };
  const states = new StateFold();
  for (const event of events) {
    const state = states.after(event);
    if (state) {
      folded.state = state;
      folded.path.push(state);
    }
    const growth = growsBy[event.type];
    if (growth) {
      folded.counts.total += Number(event.data[growth]);
      folded.counts.open += Number(event.data[growth]);
    }
    foldTask(folded, event);
  }
  return folded;
}
