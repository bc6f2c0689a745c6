import {
  microUsdFromUsd,
  usdFromMicroUsd,
  type ActionRecord,
  type AskedRisk,
  type Plan,
  type PlannedTask,
  type TaskSpec,
} from '#libs/contracts';
import { hashOfTasks } from './canonical-json.js';
import type { CatalogLookup } from './catalog-lookup.js';

/** A task of a plan that was, and what a human was asked about it. */
export interface EarlierTask {
  task: PlannedTask;
  asked?: AskedRisk;
}

/** The task list of which a plan was made, with the defaults of that time written out; a maximum only where it is not the action's own. */
export function respecifyTasks(earlier: readonly EarlierTask[], catalog: Pick<CatalogLookup, 'get'>): TaskSpec[] {
  const ids = new Map(earlier.map(({ task }) => [task.index, task.id]));
  return earlier.map(({ task }) => ({ ...respecify(task, ids), ...budgetOf(task, catalog.get(task.action)) }));
}

function respecify(task: PlannedTask, ids: ReadonlyMap<number, string>): TaskSpec {
  const { id, action, input, optional, forEach, timeoutMs, ttlMs, when, continueOnFailure, models, riskTerms } = task;
  const { maxRetries, retryDelayMs, backoff, maxRetryDelayMs } = task;
  const place = task.permits?.find(({ kind }) => kind === 'concurrency');
  return {
    id,
    action,
    input,
    optional,
    timeoutMs,
    continueOnFailure,
    maxRetries,
    retryDelayMs,
    backoff,
    maxRetryDelayMs,
    dependsOn: task.dependsOn.map((index) => ids.get(index)!),
    ...(forEach && { forEach }),
    ...(ttlMs === null ? {} : { ttlMs }),
    ...(when === undefined ? {} : { when }),
    ...(models.length === 0 ? {} : { models }),
    ...(place && { concurrency: { key: place.key, limit: place.max } }),
    ...(riskTerms?.own && { risk: riskTerms.own }),
    ...(riskTerms?.requested && { approval: true }),
  };
}

function budgetOf(
  { maxCostMicroUsd, maxTokens }: PlannedTask,
  action: ActionRecord | undefined,
): Pick<TaskSpec, 'budget'> {
  const isUsual = action?.maxCostUsd !== null && maxCostMicroUsd === microUsdFromUsd(action?.maxCostUsd ?? 0);
  const budget = {
    ...(isUsual ? {} : { maxCostUsd: usdFromMicroUsd(maxCostMicroUsd) }),
    ...(maxTokens === action?.maxTokens ? {} : { maxTokens }),
  };
  return Object.keys(budget).length === 0 ? {} : { budget };
}

/**
 * The plan in which a human is asked at least about what a human was asked about before: what a task said of its own risk is not kept. One
 * whose input is known at dispatch only is asked about then, with the score that it has then.
 */
export function askAgain(plan: Plan, earlier: readonly EarlierTask[]): Plan {
  const tasks = plan.tasks.map((task, at) => {
    const { asked } = earlier[at]!;
    if (asked?.ungranted === true) return { ...task, risk: withDoubt(asked, task.risk) };
    return task.risk || task.riskTerms || !asked ? task : { ...task, risk: asked };
  });
  return { ...plan, tasks, hash: hashOfTasks(tasks) };
}

/** Whether it had its effect is as unknown as before, whatever is known of its risk now. */
function withDoubt(doubt: AskedRisk, risk: AskedRisk | undefined): AskedRisk {
  return {
    score: Math.max(doubt.score, risk?.score ?? 0),
    factors: risk?.factors ?? doubt.factors,
    reasons: [...new Set([...doubt.reasons, ...(risk?.reasons ?? [])])],
    ungranted: true,
  };
}
