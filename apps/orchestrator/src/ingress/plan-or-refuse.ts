import { CocError, limits, type Plan, type SubmitDirective } from '#libs/contracts';
import { decidePlan, type CatalogLookup, type PlanRequest } from '#libs/policy';

/** The plan of a task list. Throws CocError with every fault when there is none. */
export function planOrRefuse(request: PlanRequest, catalog: CatalogLookup): Plan {
  const decision = decidePlan(request, catalog);
  if ('plan' in decision) return decision.plan;
  const [first] = decision.faults;
  throw new CocError(first!.code, first!.detail, decision.faults);
}

/** Throws when it is to run further ahead than anything is kept for. */
export function checkRunAt({ runAt }: SubmitDirective): void {
  if (runAt === undefined || Date.parse(runAt) <= Date.now() + limits.maxRunAheadMs) return;
  const detail = `runAt is more than ${limits.maxRunAheadMs / 86_400_000} days ahead`;
  throw new CocError('REQUEST_INVALID', detail, [{ pointer: '/runAt', code: 'REQUEST_INVALID', detail }]);
}
