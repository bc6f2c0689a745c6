import {
  type DirectiveEvent,
  type DirectiveState,
  type DirectiveView,
  type TaskState,
  type TaskView,
  finalTaskStates,
} from '#libs/contracts';
import { foldDirective } from './fold-directive.js';
import { foldTask, numberOf } from './fold-task.js';

export interface Snapshot {
  readonly directive: DirectiveView;
  readonly tasks: readonly TaskView[];
}

const childPattern = /^(.+)\[\d+\]$/;

// A large plan is closed in chunks; what a lost line leaves open is over with its directive.
const leftOpen: Partial<Record<DirectiveState, TaskState>> = {
  CANCELLED: 'cancelled',
  COMPLETED: 'cancelled',
  FAILED: 'cancelled',
  ORPHANED: 'cancelled',
  STOPPED: 'cancelled',
  TIMEOUT: 'expired',
};

/** A directive and its plan, read once and then brought forward by events, so that both are always of the same `seq`. */
export class DirectivePicture implements Snapshot {
  readonly tasks: TaskView[];
  /** The plan has grown by tasks that no event carries: read it again. */
  needsPlan = false;
  /** Something was charged that no event carries: offer the directive once more. */
  needsDirective = false;
  private readonly places = new Map<string, number>();
  private readonly dependents: Map<string, number[]>;
  private readonly pending = new Map<number, number>();
  private offered: DirectiveView | undefined;

  constructor(
    public directive: DirectiveView,
    tasks: readonly TaskView[],
  ) {
    this.tasks = [...tasks];
    for (const [at, { id }] of this.tasks.entries()) this.places.set(id, at);
    this.dependents = this.readDependents();
  }

  /** Brings the picture one event forward; one that it knows already changes nothing. */
  apply(event: DirectiveEvent): void {
    if (event.task === null)
      this.needsPlan ||= ['directive.planned', 'directive.extended', 'directive.released'].includes(event.type);
    else if (event.type !== 'artifact.indexed') this.applyToTask(event, event.task);
    if (event.seq <= this.directive.lastSeq) return;
    this.directive = foldDirective(this.directive, event);
    // What a retried or cancelled attempt cost is in the directive's sum only.
    this.needsDirective ||= ['task.retried', 'task.cancelled'].includes(event.type) && !('costMicroUsd' in event.data);
    this.adoptOffered();
    this.closeLeftOpen(event.timestamp);
  }

  /** The directive as the server has it now: adopted at the event that brings the tasks as far. */
  offer(directive: DirectiveView): void {
    this.needsDirective = false;
    this.offered = directive;
    this.adoptOffered();
  }

  private adoptOffered(): void {
    if (this.offered?.lastSeq === this.directive.lastSeq) this.directive = this.offered;
  }

  private applyToTask(event: DirectiveEvent, id: string): void {
    const at = this.places.get(id) ?? this.addChild(id);
    // "#…" names a child that a cancelled fan-out never wrote.
    if (at === undefined) return void (this.needsPlan ||= !id.startsWith('#'));
    const before = this.tasks[at]!;
    const after = foldTask(before, event, this.directive.expiresAt);
    this.tasks[at] = after;
    if (event.type === 'task.expanded') this.addChildren(id, numberOf(event.data['items']));
    if (isDone(after) && !isDone(before)) this.free(id, event.timestamp);
  }

  private addChildren(parent: string, count: number): void {
    for (let at = 0; at < count; at++) if (!this.places.has(`${parent}[${at}]`)) this.addChild(`${parent}[${at}]`);
  }

  /** A child of a fan-out has nothing that its parent has not: the plan need not be read for it. */
  private addChild(id: string): number | undefined {
    const parentId = childPattern.exec(id)?.[1];
    const parent = this.tasks[this.places.get(parentId ?? '') ?? -1];
    if (parent === undefined) return undefined;
    const { since, deadline } = parent;
    const fresh = { attempt: 0, error: null, costUsd: 0, tokens: 0, since, deadline, dependsOn: [] };
    const state: Partial<TaskView> = { state: 'ready', owner: 'executor', waitingOn: { kind: 'release', ref: '' } };
    const at = this.tasks.push({ ...parent, ...fresh, ...state, id, parent: parent.id, index: this.tasks.length }) - 1;
    this.places.set(id, at);
    return at;
  }

  private readDependents(): Map<string, number[]> {
    const dependents = new Map<string, number[]>();
    for (const [at, { state, dependsOn }] of this.tasks.entries()) {
      if (state !== 'waiting' || dependsOn.length === 0) continue;
      const open = dependsOn.filter((id) => !isDone(this.tasks[this.places.get(id) ?? -1]));
      this.pending.set(at, open.length);
      for (const id of open) pushTo(dependents, id, at);
    }
    return dependents;
  }

  /** No event says that a task has become ready: its last dependency does. */
  private free(id: string, since: string): void {
    for (const at of this.dependents.get(id) ?? []) {
      const open = (this.pending.get(at) ?? 0) - 1;
      this.pending.set(at, open);
      const task = this.tasks[at]!;
      if (open > 0 || task.state !== 'waiting' || task.waitingOn?.kind === 'children') continue;
      this.tasks[at] = { ...task, state: 'ready', since, waitingOn: { kind: 'release', ref: '' } };
    }
  }

  private closeLeftOpen(since: string): void {
    const state = leftOpen[this.directive.state];
    if (state === undefined) return;
    for (const [at, task] of this.tasks.entries()) {
      if (finalTaskStates.includes(task.state)) continue;
      this.tasks[at] = { ...task, state, since, owner: null, waitingOn: null, deadline: null };
    }
  }
}

/** Whether the tasks after it may start as far as it is concerned. */
function isDone(task: TaskView | undefined): boolean {
  if (task === undefined) return false;
  return task.state === 'succeeded' || (task.optional && finalTaskStates.includes(task.state));
}

function pushTo(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
