import { limits, type ActionRecord, type Fault, type Plan } from '#libs/contracts';
import { hashOfTasks } from './canonical-json.js';
import type { CatalogLookup } from './catalog-lookup.js';
import { findCycle } from './find-cycle.js';
import { NameHints } from './nearest-names.js';
import { checkFanOut } from './plan-fan-out.js';
import { PlanFaults } from './plan-faults.js';
import { PlanInputs } from './plan-inputs.js';
import { dependentsOf, linkTasks, type TaskLinks } from './plan-links.js';
import { tasksPointer, type PlanRequest } from './plan-request.js';
import { checkTerms } from './plan-terms.js';
import { SharedWork } from './risk/index.js';
import { planTask } from './planned-task.js';

export type PlanDecision = { plan: Plan } | { faults: Fault[] };

/**
 * The plan of a task list, or everything that is wrong with it (the first 100 faults).
 *
 * | case | code |
 * |---|---|
 * | no task, over 10,000 tasks or 50,000 edges | REQUEST_INVALID, PLAN_TOO_LARGE: alone, before anything costly |
 * | an id twice; an action that is not in the catalog | TASK_DUPLICATE; ACTION_UNKNOWN |
 * | `dependsOn` without such a task; a task that waits for itself, directly or round a cycle | DEPENDENCY_UNKNOWN; DEPENDENCY_CYCLE |
 * | a reference that is malformed or can never have a value, also in `output` | REFERENCE_INVALID |
 * | a condition that is no expression, or that reads what there is not | CONDITION_INVALID |
 * | an input that is known now and does not match the action's schema, or is too large | INPUT_INVALID |
 * | a model that the action, the directive or the operator does not allow | MODEL_NOT_ALLOWED |
 * | a budget over the directive's; a fan-out list that is none or too long | REQUEST_INVALID |
 * | an action that costs money without any maximum | BUDGET_MAXIMUM_MISSING |
 *
 * An input with `$task`, `$item` or `$cel` is known at dispatch only and is checked there.
 */
export function decidePlan(request: PlanRequest, catalog: CatalogLookup): PlanDecision {
  const faults = new PlanFaults();
  if (!checkTaskCount(request, faults)) return { faults: faults.items };
  const linked = linkTasks(request, faults);
  if (!linked) return { faults: [tooManyEdges(request)] };
  const dependents = dependentsOf(linked.links);
  if (linked.edges > 0) checkCycle(request, linked.links, dependents, faults);
  const actions = checkTasks(request, catalog, linked.links, faults);
  if (faults.items.length > 0) return { faults: faults.items };
  return { plan: buildPlan(request, actions, linked, dependents) };
}

function checkTaskCount(request: PlanRequest, faults: PlanFaults): boolean {
  const count = request.tasks.length;
  if (count === 0) faults.add('REQUEST_INVALID', tasksPointer(request), 'a plan has at least one task');
  if (count > limits.maxTasks) {
    faults.add(
      'PLAN_TOO_LARGE',
      tasksPointer(request),
      `the plan has ${count} tasks and the limit is ${limits.maxTasks}`,
    );
  }
  return faults.items.length === 0;
}

function tooManyEdges(request: PlanRequest): Fault {
  const detail = `the plan has more than ${limits.maxEdges} edges, which is the limit; a task in between joins many to many`;
  return { code: 'PLAN_TOO_LARGE', pointer: tasksPointer(request), detail };
}

function checkCycle(
  request: PlanRequest,
  links: readonly TaskLinks[],
  dependents: number[][],
  faults: PlanFaults,
): void {
  const cycle = findCycle(
    links.map(({ dependsOn }) => dependsOn),
    dependents,
  );
  if (!cycle) return;
  const ids = cycle.map((index) => request.tasks[index]!.id);
  const detail = `each of these waits for the next, so none can start: ${pathText([...ids, ids[0]!])}`;
  faults.add('DEPENDENCY_CYCLE', `${tasksPointer(request)}/${cycle[0]}`, detail);
}

/** A cycle may have 10,000 tasks with ids of 128 characters. */
function pathText(ids: string[]): string {
  if (ids.length <= 20) return ids.join(' -> ');
  return [...ids.slice(0, 10), `(${ids.length - 20} more)`, ...ids.slice(-10)].join(' -> ');
}

function checkTasks(
  request: PlanRequest,
  catalog: CatalogLookup,
  links: readonly TaskLinks[],
  faults: PlanFaults,
): ReadonlyMap<string, ActionRecord> {
  const actions = loadActions(request, catalog);
  const inputs = new PlanInputs(request, catalog, faults);
  const hints = new NameHints();
  for (const [index, task] of request.tasks.entries()) {
    if (faults.isFull) break;
    const pointer = `${tasksPointer(request)}/${index}`;
    const action = actions.get(task.action);
    checkFanOut(request, task, faults, pointer);
    if (!action) {
      const hint = hints.hintFor(task.action, () => catalog.names());
      faults.add('ACTION_UNKNOWN', `${pointer}/action`, `no action "${task.action}" is in the catalog${hint}`);
      continue;
    }
    checkTerms(request, task, action, faults, pointer);
    inputs.check(task, action, links[index]!.inputReferences, `${pointer}/input`);
  }
  return actions;
}

/** Asked once for each name, so that one plan sees one version of an action. */
function loadActions(request: PlanRequest, catalog: CatalogLookup): Map<string, ActionRecord> {
  const actions = new Map<string, ActionRecord>();
  for (const name of new Set(request.tasks.map(({ action }) => action))) {
    const action = catalog.get(name);
    if (action) actions.set(name, action);
  }
  return actions;
}

function buildPlan(
  request: PlanRequest,
  actions: ReadonlyMap<string, ActionRecord>,
  { links, edges }: { links: readonly TaskLinks[]; edges: number },
  dependents: number[][],
): Plan {
  const work = new SharedWork();
  const tasks = request.tasks.map((task, index) =>
    planTask(index, task, actions.get(task.action)!, request, links[index]!, dependents[index]!, work),
  );
  const roots = tasks.filter(({ dependsOn }) => dependsOn.length === 0).map(({ index }) => index);
  return { tasks, edges, hash: hashOfTasks(tasks), roots };
}
