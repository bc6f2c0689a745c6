import {
  CocError,
  errorCodes,
  shardOfDirective,
  type DryPlan,
  type ErrorCode,
  type Principal,
  type SubmitDirective,
} from '#libs/contracts';
import { estimatePlan, houseRulesFor, type House, type PlanRequest, type PolicyFailure } from '#libs/policy';
import type { Workflow } from '../decide/workflow.js';
import type { WorkflowLibrary } from '../decide/workflow.library.js';
import type { CatalogSnapshot } from './catalog-snapshot.js';
import { newDirectiveId } from './directive-id.js';
import type { PressureWatch } from './pressure.watch.js';
import { checkRunAt, planOrRefuse } from './plan-or-refuse.js';

interface DryPlannerParts {
  catalog: CatalogSnapshot;
  workflows: WorkflowLibrary;
  house: House;
  shards: number;
  pressure: PressureWatch;
}

type Draft = Pick<PlanRequest, 'tasks' | 'input'> & { workflow: Workflow | undefined };

/** Decides what ingress and decide would for a directive, and stores nothing. */
export class DryPlanner {
  constructor(private readonly parts: DryPlannerParts) {}

  /** Throws CocError with what a submit would be refused for, or a directive would fail for at once. */
  async plan(body: SubmitDirective, { tenant }: Principal): Promise<DryPlan> {
    checkRunAt(body);
    this.admit(body);
    const { workflow, ...draft } = this.draft(body);
    const { output, budget, policies, priority, models } = body;
    const house = houseRulesFor(this.parts.house, tenant);
    const request: PlanRequest = { ...draft, output, budget, policies, priority, models, house };
    const catalog = await this.parts.catalog.get([...new Set(request.tasks.map(({ action }) => action))]);
    const estimate = estimatePlan(
      planned(request, workflow, () => planOrRefuse(request, catalog)),
      request,
      catalog,
    );
    return {
      kind: body.tasks ? 'tasks' : body.workflow === undefined ? 'intent' : 'workflow',
      workflow: workflow?.name ?? null,
      needsReview: workflow?.review !== undefined,
      ...estimate,
    };
  }

  /** As a submit, of which nobody knows yet in which shard it would be. */
  private admit({ tasks }: SubmitDirective): void {
    const { shards, pressure } = this.parts;
    const actions = tasks && [...new Set(tasks.map(({ action }) => action))];
    const refusal = pressure.refusal(shardOfDirective(newDirectiveId(shards))!, actions);
    if (refusal) throw refusal;
  }

  private draft(body: SubmitDirective): Draft {
    if (body.tasks) return { tasks: body.tasks, input: body.input, workflow: undefined };
    const { workflows } = this.parts;
    const faults = body.workflow === undefined ? [] : workflows.check(body.workflow, body.input);
    if (faults.length > 0) throw new CocError(faults[0]!.code, faults[0]!.detail, faults);
    const chosen = workflows.choose(body);
    if ('code' in chosen) throw refusalOf(chosen);
    return { tasks: chosen.workflow.plan(chosen.input), input: chosen.input, workflow: chosen.workflow };
  }
}

/** The tasks of a workflow are not in the body, so there is nothing a pointer could point at. */
function planned<T>(request: PlanRequest, workflow: Workflow | undefined, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!workflow || !(error instanceof CocError)) throw error;
    throw new CocError(error.code, `${workflow.name}, of ${request.tasks.length} tasks: ${error.detail}`);
  }
}

function refusalOf({ code, message }: PolicyFailure): CocError {
  const isKnown = (name: string): name is ErrorCode => name in errorCodes;
  return new CocError(isKnown(code) ? code : 'REQUEST_INVALID', message);
}
