import { microUsdFromUsd, type ActionRecord, type PlannedTask, type Policies, type TaskSpec } from '#libs/contracts';
import { defaultInput } from './plan-inputs.js';
import type { TaskLinks } from './plan-links.js';

const defaultRetries = { maxRetries: 2, retryDelayMs: 1_000 } as const;

/** One task with everything decided that the executor's law needs: the task's own word, else the directive's, else the action's. */
export function planTask(
  index: number,
  task: TaskSpec,
  action: ActionRecord,
  policies: Policies | undefined,
  links: TaskLinks,
  dependents: number[],
): PlannedTask {
  // In order of the names: the hash of the plan then needs no sorted copy of each task.
  return {
    action: action.name,
    actionVersion: action.version,
    dependents,
    dependsOn: links.dependsOn,
    effect: action.effect,
    ...(task.forEach && { forEach: task.forEach }),
    id: task.id,
    index,
    input: task.input ?? defaultInput,
    maxCostMicroUsd: microUsdFromUsd(task.budget?.maxCostUsd ?? action.maxCostUsd ?? 0),
    maxRetries: task.maxRetries ?? policies?.maxRetries ?? defaultRetries.maxRetries,
    maxTokens: task.budget?.maxTokens ?? action.maxTokens,
    model: task.model ?? action.models[0] ?? null,
    needsApproval: action.risk === 'high',
    optional: task.optional ?? false,
    references: links.references,
    retryDelayMs: task.retryDelayMs ?? policies?.retryDelayMs ?? defaultRetries.retryDelayMs,
    timeoutMs: task.timeoutMs ?? action.timeoutMs,
    ttlMs: task.ttlMs ?? null,
  };
}
