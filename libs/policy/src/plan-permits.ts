import type { ActionRecord, Permit, PlannedTask, TaskSpec } from '#libs/contracts';
import type { PlanRequest } from './plan-request.js';

/**
 * What the task borrows from its tenant's home slot for each attempt: a turn under the rate of its action and under the operator's own,
 * then a place under its concurrency key. The order is the same for all tasks, so that two never wait for each other.
 */
export function planPermits(
  { house }: PlanRequest,
  task: TaskSpec,
  action: ActionRecord,
): Pick<PlannedTask, 'permits'> {
  const ofHouse = house?.rates?.[action.name];
  const permits: Permit[] = [
    ...(action.rate
      ? [{ kind: 'rate' as const, key: action.name, max: action.rate.limit, perMs: action.rate.perMs }]
      : []),
    ...(ofHouse
      ? [{ kind: 'rate' as const, key: `house ${action.name}`, max: ofHouse.limit, perMs: ofHouse.perMs }]
      : []),
    ...(task.concurrency
      ? [{ kind: 'concurrency' as const, key: task.concurrency.key, max: task.concurrency.limit }]
      : []),
  ];
  return permits.length === 0 ? {} : { permits };
}
