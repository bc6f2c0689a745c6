import { createHash } from 'node:crypto';
import type { Plan, PlannedTask } from '#libs/contracts';
import { hashOfTasks } from './canonical-json.js';

/**
 * The plan with every index raised by `offset`: an extension stands behind the tasks a directive has already. Its hash pins both:
 * the tasks that stood, by their hash, and those that came.
 */
export function shiftPlan(plan: Plan, offset: number, standingHash: string): Plan {
  const raise = (indexes: readonly number[]): number[] => indexes.map((index) => index + offset);
  const tasks = plan.tasks.map((task): PlannedTask => ({
    ...task,
    index: task.index + offset,
    dependsOn: raise(task.dependsOn),
    dependents: raise(task.dependents),
    references: raise(task.references),
  }));
  return {
    ...plan,
    tasks,
    hash: createHash('sha256')
      .update(`${standingHash}\n${hashOfTasks(tasks)}`)
      .digest('hex'),
    roots: raise(plan.roots),
  };
}
