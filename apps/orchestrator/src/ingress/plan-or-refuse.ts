import { CocError, type Plan } from '#libs/contracts';
import { decidePlan, type CatalogLookup, type PlanRequest } from '#libs/policy';

/** The plan of a task list. Throws CocError with every fault when there is none. */
export function planOrRefuse(request: PlanRequest, catalog: CatalogLookup): Plan {
  const decision = decidePlan(request, catalog);
  if ('plan' in decision) return decision.plan;
  const [first] = decision.faults;
  throw new CocError(first!.code, first!.detail, decision.faults);
}
