import { type TaskView, finalTaskStates, restingDirectiveStates } from '#libs/contracts';
import type { Snapshot } from './directive-picture.js';

/**
 * The held tasks of a directive that can only go on after a human; none while anything else runs or can run. Directive and tasks must
 * be of one moment.
 */
export function heldAtStandstill({ directive, tasks }: Snapshot): TaskView[] {
  const held = tasks.filter(({ state }) => state === 'held');
  const isEnding = directive.closing !== null || restingDirectiveStates.includes(directive.state);
  if (held.length === 0 || isEnding) return [];
  const open = tasks.filter(({ state }) => !finalTaskStates.includes(state));
  const ids = new Set(open.map(({ id }) => id));
  const parents = new Set(open.map(({ parent }) => parent));
  const isStuck = (task: TaskView): boolean => {
    if (task.state === 'held') return true;
    // A paused directive lets end what runs, and nothing else.
    if (directive.state === 'PAUSED') return task.state !== 'dispatched' && task.state !== 'running';
    if (task.waitingOn?.kind === 'children') return parents.has(task.id);
    // One whose dependencies are all over is freed, or skipped, in this very moment.
    return task.waitingOn?.kind === 'dependencies' && task.dependsOn.some((id) => ids.has(id));
  };
  return open.every(isStuck) ? held : [];
}
