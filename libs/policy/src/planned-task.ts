import { microUsdFromUsd, type ActionRecord, type PlannedTask, type TaskSpec } from '#libs/contracts';
import { planApproval } from './plan-approval.js';
import { inputOfTask } from './plan-inputs.js';
import type { TaskLinks } from './plan-links.js';
import { chooseModels } from './plan-models.js';
import { planPermits } from './plan-permits.js';
import type { SharedWork } from './risk/index.js';
import type { PlanRequest } from './plan-request.js';

const defaultRetries = {
  maxRetries: 2,
  retryDelayMs: 1_000,
  backoff: 'exponential',
  maxRetryDelayMs: 300_000,
} as const;

/** One task with everything decided that the executor's law needs: the task's own word, else the directive's, else the action's. */
export function planTask(
  index: number,
  task: TaskSpec,
  action: ActionRecord,
  request: PlanRequest,
  links: TaskLinks,
  dependents: number[],
  shared?: SharedWork,
): PlannedTask {
  const { policies } = request;
  const retryDelayMs = task.retryDelayMs ?? policies?.retryDelayMs ?? defaultRetries.retryDelayMs;
  const isDynamic = links.inputReferences.length > 0 || task.forEach !== undefined;
  // In order of the names: the hash of the plan then needs no sorted copy of each task.
  return {
    action: action.name,
    actionVersion: action.version,
    approvalTtlMs: policies?.approvalTtlMs ?? null,
    backoff: task.backoff ?? policies?.backoff ?? defaultRetries.backoff,
    continueOnFailure: task.continueOnFailure ?? policies?.continueOnFailure ?? false,
    dependents,
    dependsOn: links.dependsOn,
    effect: action.effect,
    ...(task.forEach && { forEach: task.forEach }),
    id: task.id,
    index,
    input: inputOfTask(task),
    maxCostMicroUsd: microUsdFromUsd(task.budget?.maxCostUsd ?? action.maxCostUsd ?? 0),
    maxRetries: task.maxRetries ?? policies?.maxRetries ?? defaultRetries.maxRetries,
    maxRetryDelayMs:
      task.maxRetryDelayMs ?? policies?.maxRetryDelayMs ?? Math.max(defaultRetries.maxRetryDelayMs, retryDelayMs),
    maxTokens: task.budget?.maxTokens ?? action.maxTokens,
    models: chooseModels(request, task, action),
    optional: task.optional ?? false,
    ...planPermits(request, task, action),
    references: links.references,
    retryDelayMs,
    ...planApproval(request, task, action, isDynamic, shared),
    timeoutMs: task.timeoutMs ?? action.timeoutMs,
    ttlMs: task.ttlMs ?? null,
    ...(task.when === undefined ? {} : { when: task.when }),
  };
}
