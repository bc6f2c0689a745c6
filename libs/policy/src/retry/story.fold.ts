import type { DirectiveEvent, Json } from '#libs/contracts';

type Told = Pick<DirectiveEvent, 'seq' | 'type' | 'task' | 'data'>;

/** What the story of a directive tells of one task of its list; the children of a fan-out are told of their parent. */
export interface ToldTask {
  /** The event by which it had succeeded. */
  succeededAt?: number;
  /** A worker may have begun it. */
  begun: boolean;
  /** It was begun, and nobody said how that ended. */
  unsure: boolean;
  childrenBegun: boolean;
  costMicroUsd: number;
}

/** Codes of ours for an attempt that may have had its effect although it failed: it was broken off, or what it gave back was not taken. */
const unsureCodes =
  /^(WORKER_LOST|JOB_GONE|TIMEOUT|BUDGET_EXCEEDED|ACTION_UNKNOWN|OUTPUT_\w+|OUTCOME_INVALID|ARTIFACT_\w+)$/;
const unsureClasses: readonly Json[] = ['lost', 'timeout', 'cancelled'];

/** Reads the events of a directive in their order. */
export class StoryFold {
  private readonly tasks = new Map<string, ToldTask>();
  private last = 0;

  /** The last event it was told of. */
  get lastSeq(): number {
    return this.last;
  }

  add(event: Told): void {
    this.last = event.seq;
    if (event.type === 'directive.kept') this.keep(event);
    if (event.task === null || !event.type.startsWith('task.')) return;
    const parent = parentOf(event.task);
    if (parent !== undefined) addToParent(this.of(parent), event);
    const task = this.of(event.task);
    task.costMicroUsd += costOf(event);
    addToTask(task, event);
  }

  /** Tasks that had their effect, or may have had it: they were begun, and nobody said that it did not come. */
  mayHaveActed(): ReadonlySet<string> {
    const acted = [...this.tasks].filter(([, { unsure, succeededAt }]) => unsure || succeededAt !== undefined);
    return new Set(acted.map(([id]) => id));
  }

  of(id: string): ToldTask {
    const known = this.tasks.get(id) ?? { begun: false, unsure: false, childrenBegun: false, costMicroUsd: 0 };
    this.tasks.set(id, known);
    return known;
  }

  private keep({ seq, data }: Told): void {
    for (const id of (data['tasks'] ?? []) as string[]) Object.assign(this.of(id), { succeededAt: seq });
  }
}

/** `embed[3]` is a child of `embed`. */
function parentOf(id: string): string | undefined {
  return /^(.+)\[\d+\]$/.exec(id)?.[1];
}

function costOf({ data }: Told): number {
  return typeof data['costMicroUsd'] === 'number' ? data['costMicroUsd'] : 0;
}

function addToParent(parent: ToldTask, event: Told): void {
  parent.costMicroUsd += costOf(event);
  if (event.type === 'task.queued') parent.childrenBegun = true;
}

function addToTask(task: ToldTask, { seq, type, data }: Told): void {
  switch (type) {
    // Its start may not have been seen yet when it was cancelled.
    case 'task.queued':
    case 'task.started':
      Object.assign(task, { begun: true, unsure: true });
      break;
    case 'task.completed':
      Object.assign(task, { succeededAt: seq, unsure: false });
      break;
    case 'task.failed':
      // What a human ended had been given up by its worker before.
      if (data['reason'] !== undefined) task.unsure = isUnsure(data);
      break;
    case 'task.held':
      task.unsure = data['kind'] === 'effect-unknown';
      break;
    case 'task.retried':
      task.unsure = isUnsure(data);
      break;
    case 'task.expired':
      // By the executor when no worker took it in time; else it was in flight when the directive's time was over.
      if (data['reason'] !== undefined) task.unsure = false;
      break;
    case 'task.resolved':
      if (data['decision'] === 'retry') task.unsure = false;
      break;
    default:
  }
}

function isUnsure({ code, class: kind }: Told['data']): boolean {
  return unsureClasses.includes(kind ?? '') || (typeof code === 'string' && unsureCodes.test(code));
}
