import type { ActionRecord, TaskSpec } from '#libs/contracts';
import type { PlanFaults } from './plan-faults.js';
import type { PlanRequest } from './plan-request.js';

/**
 * The models an attempt may use, in order: what the task names, else the first that is left of the action's own. Each level can
 * only take away: operator, directive, action, task.
 */
export function chooseModels(request: PlanRequest, task: TaskSpec, action: ActionRecord): string[] {
  const named = namedModels(task);
  if (named.length > 0) return named;
  return action.models.filter((model) => refusalOf(request, action, model) === undefined).slice(0, 1);
}

/** A model that one level does not allow is refused with that level's name; so is an action none of whose models is left. */
export function checkModels(
  request: PlanRequest,
  task: TaskSpec,
  action: ActionRecord,
  faults: PlanFaults,
  pointer: string,
): void {
  for (const { model, place } of placesOfModels(task)) {
    const refusal = refusalOf(request, action, model);
    const detail = `task "${task.id}" names the model "${model}"; ${refusal}`;
    if (refusal !== undefined) faults.add('MODEL_NOT_ALLOWED', `${pointer}${place}`, detail);
  }
  if (namedModels(task).length > 0 || action.models.length === 0) return;
  if (chooseModels(request, task, action).length > 0) return;
  const detail = `${action.name} may use ${listed(action.models)}, and none of these is allowed for the directive`;
  faults.add('MODEL_NOT_ALLOWED', `${pointer}/action`, detail);
}

function placesOfModels({ model, models = [] }: TaskSpec): { model: string; place: string }[] {
  const single = model === undefined ? [] : [{ model, place: '/model' }];
  return [...single, ...models.map((name, at) => ({ model: name, place: `/models/${at}` }))];
}

function namedModels({ model, models = [] }: TaskSpec): string[] {
  return [...new Set(model === undefined ? models : [model, ...models])];
}

function refusalOf(request: PlanRequest, action: ActionRecord, model: string): string | undefined {
  const { models: ofDirective = [], house } = request;
  if (isOutside(action.models, model)) return `${action.name} may use: ${listed(action.models)}`;
  if (isOutside(ofDirective, model)) return `the directive allows: ${listed(ofDirective)}`;
  const closed = house?.modelLists.find((list) => isOutside(list, model));
  if (closed) return `this installation allows: ${listed(closed)}`;
  return undefined;
}

/** An empty list allows all. */
function isOutside(allowed: readonly string[], model: string): boolean {
  return allowed.length > 0 && !allowed.includes(model);
}

function listed(models: readonly string[]): string {
  return models.slice(0, 10).join(', ');
}
