import { type DirectiveView, type TaskState, type TaskView, finalTaskStates } from '#libs/contracts';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { type TreeRow, describeCounts, isFinalTask } from './task-tree.js';
import { describeWait } from './wait-reason.js';

export interface RowContext {
  /** Epoch milliseconds. */
  now: number;
  directive: DirectiveView;
  /** Of every task of the plan. */
  states: ReadonlyMap<string, TaskState>;
  widths: { id: number; action: number };
}

const shownDependencies = 3;

/** Id, action, state, attempt, time in this state, what it waits for, error and cost of one task. */
export function describeRow({ task, depth, children }: TreeRow, context: RowContext): string {
  const { widths, now } = context;
  const id = task.id.padEnd(widths.id - 2 * depth);
  const parts = [
    `${id}  ${task.action.padEnd(widths.action)}  ${children.length > 0 ? progressText(children) : task.state}`,
    attemptText(task),
    isFinalTask(task) || task.since === null ? '' : formatDuration(now - Date.parse(task.since)),
    waitText(task, context),
    task.error && task.state !== 'succeeded' ? `${task.error.code}: ${task.error.message}` : '',
    task.costUsd > 0 ? formatUsd(task.costUsd) : '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** Of a fan-out: `10/50 done, 1 failed, 4 running`. */
function progressText(children: readonly TaskView[]): string {
  const quiet = new Set(['succeeded', 'waiting', 'ready']);
  const counts = describeCounts(children, (state) => !quiet.has(state));
  const done = children.filter(isFinalTask).length;
  return `${done}/${children.length} done${counts && `, ${counts}`}`;
}

/** The first attempt is worth a word only while others may follow. */
function attemptText({ attempt, maxAttempts = 1, state }: TaskView): string {
  const mayFollow = attempt > 0 && maxAttempts > 1 && !finalTaskStates.includes(state);
  if (attempt <= 1 && !mayFollow) return '';
  return maxAttempts > 1 ? `attempt ${attempt} of ${maxAttempts}` : `attempt ${attempt}`;
}

/** A running task waits for its worker, and a spread one for its children: the line says so already. */
function waitText(task: TaskView, context: RowContext): string {
  const { state, waitingOn } = task;
  const isSaid = state === 'running' || waitingOn?.kind === 'children' || finalTaskStates.includes(state);
  if (waitingOn === null || isSaid) return '';
  const { directive } = context;
  const isPaused = state === 'ready' && directive.state === 'PAUSED';
  const reason =
    waitingOn.kind === 'dependencies'
      ? `tasks before it${openDependencies(task, context)}`
      : describeWait(isPaused ? { kind: 'paused', ref: '' } : waitingOn, [task.id, directive.id]);
  return `waits for ${reason}${untilText(task, context)}`;
}

/** From the plan itself: what the server said when it was read has passed since. */
function openDependencies({ dependsOn, waitingOn }: TaskView, { states }: RowContext): string {
  const open = dependsOn.filter((id) => !finalTaskStates.includes(states.get(id) ?? 'waiting'));
  const shown = open.slice(0, shownDependencies).join(', ') || (waitingOn?.ref ?? '');
  const more = open.length > shownDependencies ? ` and ${open.length - shownDependencies} more` : '';
  return shown === '' ? '' : ` (${shown}${more})`;
}

/** Until when, where that is its own time limit or nobody but a human ends the wait. */
function untilText({ state, deadline, waitingOn }: TaskView, { now, directive }: RowContext): string {
  if (deadline === null) return '';
  const leftMs = Date.parse(deadline) - now;
  if (waitingOn?.kind === 'retry') return leftMs > 0 ? ` in ${formatDuration(leftMs)}` : ', which is due';
  return state === 'held' || deadline !== directive.expiresAt ? `, ${formatDuration(leftMs)} left` : '';
}
