import {
  usdFromMicroUsd,
  type DirectiveView,
  type PlannedTask,
  type Principal,
  type RetriedTask,
  type RetryPlan,
  type SubmitDirective,
} from '#libs/contracts';
import { askAgain, estimateCost, houseRulesFor, isDoubtful, type House, type PlanRequest } from '#libs/policy';
import type { CatalogSnapshot } from './catalog-snapshot.js';
import type { DryPlanner } from './dry-planner.js';
import { planOrRefuse } from './plan-or-refuse.js';
import type { ResumeDesk, ResumeOrder } from './resume.desk.js';
import type { RetryDesk } from './retry.desk.js';

interface RetryPlannerParts {
  retries: RetryDesk;
  resumes: ResumeDesk;
  dryPlanner: DryPlanner;
  catalog: CatalogSnapshot;
  house: House;
}

/** Says what a retry would do, and stores nothing. */
export class RetryPlanner {
  constructor(private readonly parts: RetryPlannerParts) {}

  /** Throws what the retry itself would be refused for. */
  async plan(view: DirectiveView, order: ResumeOrder, principal: Principal): Promise<RetryPlan> {
    const { body, earlier } = await this.parts.retries.requestOf(view);
    const resumption = await this.parts.resumes.open(view, order, earlier);
    if (!earlier) return this.planned(view, body, principal);
    const request = this.requestOf(body, principal);
    const catalog = await this.parts.catalog.get([...new Set(request.tasks.map(({ action }) => action))]);
    const asked = askAgain(planOrRefuse(request, catalog), earlier);
    const resumed = resumption && (await this.parts.resumes.decide(asked, resumption));
    const tasks = resumed?.tasks ?? asked.tasks.map(runOf);
    const plan = resumed?.plan ?? asked;
    const keptMicroUsd = (resumed?.kept ?? []).reduce(
      (sum, index) => sum + resumed!.story.of(plan.tasks[index]!.id).costMicroUsd,
      0,
    );
    const runs = plan.tasks.filter((_, at) => tasks[at]!.fate !== 'keep');
    return {
      retryOf: view.id,
      from: resumption ? 'checkpoint' : 'start',
      checkpoint: resumption?.checkpoint.number ?? null,
      kept: tasks.length - runs.length,
      runs: runs.length,
      asks: tasks.filter(({ fate }) => fate === 'ask').length,
      cost: estimateCost(runs, request),
      keptUsd: usdFromMicroUsd(keptMicroUsd),
      tasks,
    };
  }

  /** A workflow or an intent: all of it is planned again. */
  private async planned(view: DirectiveView, body: SubmitDirective, principal: Principal): Promise<RetryPlan> {
    const { cost, tasks } = await this.parts.dryPlanner.plan(body, principal);
    const nothing = { checkpoint: null, kept: 0, asks: 0, keptUsd: 0, tasks: [] };
    return { retryOf: view.id, from: 'start', ...nothing, runs: tasks.length, cost };
  }

  private requestOf(body: SubmitDirective, { tenant }: Principal): PlanRequest {
    const { tasks, input, output, budget, policies, priority, models } = body;
    const house = houseRulesFor(this.parts.house, tenant);
    return { tasks: tasks!, input, output, budget, policies, priority, models, house };
  }
}

function runOf(task: PlannedTask): RetriedTask {
  const { id, index, action, risk } = task;
  const isAsked = isDoubtful(task);
  return { id, index, action, fate: isAsked ? 'ask' : 'run', why: isAsked ? (risk!.reasons[0] ?? '') : '' };
}
