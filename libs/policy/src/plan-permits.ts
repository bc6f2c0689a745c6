import type { ActionRecord, Permit, PlannedTask, TaskSpec } from '#libs/contracts';
import type { PlanRequest } from './plan-request.js';

/**
 * What the task borrows from its tenant's home slot for each attempt: a place under its concurrency key, then
 * a turn under the rate of its action and under the operator's own. The order is the same for all tasks, so that two never wait for each other;
 * turns come last, for those taken long before they can be used would all be used at once.
 */
export function planPermits(
  { house }: PlanRequest,
  task: TaskSpec,
  action: ActionRecord,
): Pick<PlannedTask, 'permits'> {
  const ofHouse = house?.rates?.[action.name];
  const permits: Permit[] = [
    ...(task.concurrency
      ? [{ kind: 'concurrency' as const, key: task.concurrency.key, max: task.concurrency.limit }]
      : []),
    ...(action.rate
      ? [{ kind: 'rate' as const, key: action.name, max: action.rate.limit, perMs: action.rate.perMs }]
      : []),
    ...(ofHouse
      ? [{ kind: 'rate' as const, key: `house ${action.name}`, max: ofHouse.limit, perMs: ofHouse.perMs }]
      : []),
  ];
  return permits.length === 0 ? {} : { permits };
}
