import {
  finalTaskStates,
  formatTaskIndex,
  usdFromMicroUsd,
  type DirectiveView,
  type TaskState,
  type TaskView,
  type WaitKind,
  type WaitingOn,
} from '#libs/contracts';
import type { SpecRecord } from '../plan/plan-encoding.js';

/** State JSON of `d:<id>:tasks`. */
export interface StoredTask {
  state: TaskState;
  attempt?: number;
  nonce?: string;
  since?: number;
  deadline?: number;
  waiting?: [kind: WaitKind, ref: string];
  costMicroUsd?: number;
  tokens?: number;
  code?: string;
  message?: string;
  first?: number;
  count?: number;
}

export interface TaskParts {
  index: number;
  spec: SpecRecord;
  control: { id: string; queue: string; optional?: boolean; fanOut?: boolean; when?: boolean };
  stored: StoredTask | undefined;
  /** Dependencies that are still open; not counted for a task with one that frees it alone. */
  pending: number | undefined;
}

/** What a waiting task is told about the tasks it depends on, by index; one without a state yet is `waiting`. */
export interface Dependencies {
  idOf(index: string): string;
  stateOf(index: string): TaskState;
}

const shownDependencies = 10;

function stateOf({ stored, pending, spec }: TaskParts, dependencies: Dependencies): TaskState {
  if (stored) return stored.state;
  const isOpen = (index: string): boolean => !finalTaskStates.includes(dependencies.stateOf(index));
  const isWaiting = pending === undefined ? spec.dependsOn.some(isOpen) : pending > 0;
  return isWaiting ? 'waiting' : 'ready';
}

/** Waits for a worker, and it is known that there is none. */
function isUnserved({ spec }: TaskParts, { kind }: WaitingOn, { degraded = [] }: DirectiveView): boolean {
  const isForWorker = kind === 'worker' || kind === 'window';
  return isForWorker && degraded.some(({ reason, action }) => reason === 'no-worker' && action === spec.action);
}

function waitingOn(
  parts: TaskParts,
  state: TaskState,
  directive: DirectiveView,
  dependencies: Dependencies,
): WaitingOn {
  if (parts.stored?.waiting) return { kind: parts.stored.waiting[0], ref: parts.stored.waiting[1] };
  if (state === 'dispatched') return { kind: 'worker', ref: parts.control.queue };
  if (state === 'running') return { kind: 'outcome', ref: parts.control.queue };
  if (directive.state === 'PENDING' && directive.waitingOn) return directive.waitingOn;
  if (state === 'waiting') return { kind: 'dependencies', ref: openDependencies(parts.spec.dependsOn, dependencies) };
  if (directive.state === 'PAUSED') return { kind: 'paused', ref: directive.id };
  if (directive.waitingOn) return directive.waitingOn;
  if (parts.control.when && directive.state !== 'QUEUED' && !parts.stored)
    return { kind: 'condition', ref: parts.control.id };
  // Not yet in line for a queue: the executor has to start the directive, or to read the list of the fan-out.
  const isUnreleased = directive.state === 'QUEUED' || parts.control.fanOut === true;
  return isUnreleased ? { kind: 'release', ref: directive.id } : { kind: 'window', ref: parts.control.queue };
}

/** Ids, at most 10. An optional dependency that failed is met; when all are final, the last word is on its way. */
function openDependencies(indexes: readonly string[], dependencies: Dependencies): string {
  const unmet = indexes.filter((index) => dependencies.stateOf(index) !== 'succeeded');
  const open = unmet.filter((index) => !finalTaskStates.includes(dependencies.stateOf(index)));
  const shown = open.length > 0 ? open : unmet;
  const ids = shown.slice(0, shownDependencies).map((index) => dependencies.idOf(index));
  return ids.join(',');
}

function ownerOf(state: TaskState, waiting: WaitingOn): TaskView['owner'] {
  if (state === 'held') return 'human';
  if (waiting.kind === 'paused' || waiting.kind === 'start') return 'human';
  return state === 'dispatched' || state === 'running' ? 'worker' : 'executor';
}

function waitOf(
  parts: TaskParts,
  state: TaskState,
  directive: DirectiveView,
  dependencies: Dependencies,
): Pick<TaskView, 'owner' | 'since' | 'deadline' | 'waitingOn'> {
  if (finalTaskStates.includes(state))
    return { owner: null, since: iso(parts.stored?.since), deadline: null, waitingOn: null };
  const known = waitingOn(parts, state, directive, dependencies);
  const waiting: WaitingOn = isUnserved(parts, known, directive)
    ? { kind: 'no-worker', ref: parts.control.queue }
    : known;
  return {
    owner: ownerOf(state, waiting),
    since: iso(parts.stored?.since) ?? directive.startedAt ?? directive.createdAt,
    deadline: iso(parts.stored?.deadline) ?? directive.expiresAt,
    waitingOn: waiting,
  };
}

function iso(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString();
}

/** A task as the API shows it: one that is not final says who has it, since when, until when, and what it waits for. */
export function viewTask(parts: TaskParts, directive: DirectiveView, dependencies: Dependencies): TaskView {
  const { spec, stored } = parts;
  const state = stateOf(parts, dependencies);
  return {
    id: spec.id,
    index: parts.index,
    action: spec.action,
    actionVersion: spec.actionVersion,
    dependsOn: spec.dependsOn.map((index) => dependencies.idOf(index)),
    optional: parts.control.optional === true,
    parent: spec.parent === undefined ? null : dependencies.idOf(spec.parent),
    state,
    attempt: stored?.attempt ?? 0,
    maxAttempts: spec.maxRetries + 1,
    ...waitOf(parts, state, directive, dependencies),
    error: stored?.code === undefined ? null : { code: stored.code, message: stored.message ?? '' },
    costUsd: usdFromMicroUsd(stored?.costMicroUsd ?? 0),
    tokens: stored?.tokens ?? 0,
  };
}

/** The hash fields of one task in `d:<id>:plan` and `d:<id>:tasks`. */
export function fieldsOf(index: number): { plan: [string, string]; tasks: [string, string] } {
  const name = formatTaskIndex(index);
  return { plan: [name, `${name}:spec`], tasks: [name, `${name}:pending`] };
}
