import { InputReference, type Json, type TaskSpec } from '#libs/contracts';
import { readPointer } from './json-pointer.js';
import type { PlanFaults } from './plan-faults.js';
import type { PlanRequest } from './plan-request.js';

/** Checks a fan-out list that is known at submit: written out, or a part of the directive's input. */
export function checkFanOut(request: PlanRequest, task: TaskSpec, faults: PlanFaults, pointer: string): void {
  if (!task.forEach) return;
  const { maxItems } = task.forEach;
  const items = knownItems(request, task.forEach.items);
  if (items === undefined) return;
  if (!Array.isArray(items)) {
    faults.add('REQUEST_INVALID', `${pointer}/forEach/items`, `"forEach" of task "${task.id}" needs a list of items`);
  } else if (items.length > maxItems) {
    const detail = `"forEach" of task "${task.id}" has ${items.length} items and its "maxItems" is ${maxItems}`;
    faults.add('REQUEST_INVALID', `${pointer}/forEach/items`, detail);
  }
}

function knownItems(request: PlanRequest, items: Json): Json | undefined {
  if (Array.isArray(items)) return items;
  const reference = InputReference.safeParse(items);
  if (!reference.success || request.input === undefined) return undefined;
  return readPointer(request.input, reference.data.$input);
}
