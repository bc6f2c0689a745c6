import { usdFromMicroUsd, type DryPlan, type Plan, type PlannedTask } from '#libs/contracts';
import type { CatalogLookup } from './catalog-lookup.js';
import type { PlanRequest } from './plan-request.js';
import { collectReferences } from './resolve-references.js';
import { SharedWork, assessRisk } from './risk/index.js';

/** A tenth of what a submit may cost: 0.2 s, in which nobody else is served. What is not scored within it has no score. */
const mostSteps = 3_000_000;

type DryTask = DryPlan['tasks'][number];
export type PlanEstimate = Pick<DryPlan, 'planHash' | 'edges' | 'cost' | 'risk' | 'tasks'>;

/** What a plan would cost at most, how risky its tasks are and which would wait for a human: what was decided, in figures for people. */
export function estimatePlan(plan: Plan, request: PlanRequest, catalog: CatalogLookup): PlanEstimate {
  const shared = new SharedWork(mostSteps);
  const tasks = plan.tasks.map((task) => ({
    ...shapeOf(task, plan),
    risk: riskOf(task, request, catalog, shared),
    ...approvalOf(task),
  }));
  const scores = tasks.flatMap(({ risk }) => risk?.score ?? []);
  return {
    planHash: plan.hash,
    edges: plan.edges,
    cost: estimateCost(plan.tasks, request),
    risk: {
      highest: scores.length === 0 ? null : scores.reduce((highest, score) => Math.max(highest, score)),
      needed: tasks.filter(({ approval }) => approval === 'needed').length,
      open: tasks.filter(({ approval }) => approval === 'open').length,
    },
    tasks,
  };
}

function shapeOf(task: PlannedTask, plan: Plan): Omit<DryTask, 'risk' | 'approval' | 'approvalReasons'> {
  return {
    id: task.id,
    index: task.index,
    action: task.action,
    actionVersion: task.actionVersion,
    effect: task.effect,
    dependsOn: task.dependsOn.map((index) => plan.tasks[index]!.id),
    models: task.models,
    maxAttempts: task.maxRetries + 1,
    timeoutMs: task.timeoutMs,
    spread: spreadOf(task),
    maxCostUsd: usdFromMicroUsd(task.maxCostMicroUsd),
    maxTokens: task.maxTokens,
  };
}

/** null when the list is known at dispatch only. */
function spreadOf({ forEach }: PlannedTask): number | null {
  if (!forEach) return 1;
  return Array.isArray(forEach.items) ? forEach.items.length : null;
}

function riskOf(
  task: PlannedTask,
  { tasks, priority = 'MEDIUM' }: PlanRequest,
  catalog: CatalogLookup,
  shared: SharedWork,
): DryTask['risk'] {
  const action = catalog.get(task.action);
  const isDynamic = task.forEach !== undefined || collectReferences(task.input).references.length > 0;
  if (!action || isDynamic) return null;
  // It was scored already, and what is examined may be megabytes.
  if (task.risk) return { score: task.risk.score, factors: task.risk.factors };
  const own = tasks[task.index]?.risk;
  const { network, risk: declared } = action;
  const { effect, input } = task;
  const facts = { action: action.name, effect, network, declared, priority, input };
  const { score, factors } = assessRisk({ ...facts, ...(own === undefined ? {} : { own }) }, shared);
  return { score, factors };
}

function approvalOf({ risk, riskTerms }: PlannedTask): Pick<DryTask, 'approval' | 'approvalReasons'> {
  if (risk) return { approval: 'needed', approvalReasons: risk.reasons };
  return { approval: riskTerms ? 'open' : 'none', approvalReasons: [] };
}

/** What these tasks would cost at most. */
export function estimateCost(tasks: readonly PlannedTask[], { budget }: Pick<PlanRequest, 'budget'>): DryPlan['cost'] {
  const sum = (of: (task: PlannedTask) => number): number =>
    tasks.reduce((total, task) => total + of(task) * (spreadOf(task) ?? task.forEach!.maxItems), 0);
  const onceMicroUsd = sum(({ maxCostMicroUsd }) => maxCostMicroUsd);
  const onceTokens = sum(({ maxTokens }) => maxTokens);
  const mostTokens = sum(({ maxTokens, maxRetries }) => maxTokens * (maxRetries + 1));
  const fits = (figure: number, limit: number | undefined): boolean => limit === undefined || figure <= limit;
  const isLimited = budget?.maxCostUsd !== undefined || budget?.maxTokens !== undefined;
  return {
    onceUsd: usdFromMicroUsd(onceMicroUsd),
    mostUsd: usdFromMicroUsd(sum(({ maxCostMicroUsd, maxRetries }) => maxCostMicroUsd * (maxRetries + 1))),
    onceTokens: Math.min(onceTokens, Number.MAX_SAFE_INTEGER),
    mostTokens: Math.min(mostTokens, Number.MAX_SAFE_INTEGER),
    hasOpenLists: tasks.some((task) => spreadOf(task) === null),
    fitsBudget: isLimited
      ? fits(usdFromMicroUsd(onceMicroUsd), budget.maxCostUsd) && fits(onceTokens, budget.maxTokens)
      : null,
  };
}
