import type { DirectiveBudget, Json, Policies, Priority, TaskSpec } from '#libs/contracts';
import type { HouseRules } from './house-rules.js';

/** What is to be planned. `pointerBase` is where the task list stands in the body ("/tasks"); `output` stands beside it. */
export interface PlanRequest {
  tasks: TaskSpec[];
  input?: Json;
  output?: Json;
  budget?: DirectiveBudget;
  policies?: Policies;
  priority?: Priority;
  /** The models the directive allows; all when it names none. */
  models?: string[];
  /** What stands above every directive. */
  house?: HouseRules;
  pointerBase?: string;
}

export function tasksPointer(request: PlanRequest): string {
  return request.pointerBase ?? '/tasks';
}

export function outputPointer(request: PlanRequest): string {
  const base = tasksPointer(request);
  return `${base.slice(0, base.lastIndexOf('/'))}/output`;
}
