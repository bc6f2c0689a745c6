import { limits, type Json, type PlannedTask } from '#libs/contracts';
import type { PolicyFailure } from './policy-failure.js';
import { collectReferences } from './resolve-references.js';

export type FanOutDecision = { children: PlannedTask[] } | { failure: PolicyFailure };

/**
 * One child a list element, in order: `embed[0]`, `embed[1]`, … A child keeps the parent's input as the template and
 * carries its element in `item`: resolve it at dispatch with `item: child.item`. It is not resolved here on purpose:
 * the element is another task's output, and a `{"$task": …}` inside that data would be read as a reference later.
 */
export function decideFanOut(parent: PlannedTask, items: Json, firstIndex: number, tasksSoFar: number): FanOutDecision {
  if (!Array.isArray(items)) return { failure: notAList(parent, items) };
  const failure = limitMet(parent, items.length, tasksSoFar);
  if (failure) return { failure };
  const references = hasTaskReference(parent.input) ? parent.references : [];
  const children = items.map((item, position) => {
    const child: PlannedTask = {
      ...parent,
      index: firstIndex + position,
      id: `${parent.id}[${position}]`,
      dependsOn: [],
      dependents: [],
      references,
      parent: parent.index,
      item,
    };
    delete child.forEach;
    delete child.when;
    return child;
  });
  return { children };
}

function hasTaskReference(input: Json): boolean {
  return collectReferences(input).references.some(({ reference }) => '$task' in reference);
}

function notAList(parent: PlannedTask, items: Json): PolicyFailure {
  const kind = items === null ? 'null' : typeof items;
  return {
    code: 'FAN_OUT_NOT_A_LIST',
    message: `forEach.items of "${parent.id}" must be a list and is ${kind}`,
  };
}

function limitMet(parent: PlannedTask, length: number, tasksSoFar: number): PolicyFailure | undefined {
  const maxItems = parent.forEach?.maxItems ?? limits.defaultFanOut;
  if (length > maxItems) {
    const message = `forEach.items of "${parent.id}" has ${length} elements; its maxItems is ${maxItems} (${limits.maxFanOut} at most)`;
    return { code: 'FAN_OUT_TOO_LARGE', message };
  }
  if (tasksSoFar + length > limits.maxTasks) {
    const message = `"${parent.id}" would bring the plan to ${tasksSoFar + length} tasks; the limit is ${limits.maxTasks}`;
    return { code: 'PLAN_TOO_LARGE', message };
  }
  return undefined;
}
