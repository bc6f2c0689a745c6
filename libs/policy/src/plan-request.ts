import type { Budget, Json, Policies, TaskSpec } from '#libs/contracts';

/** What is to be planned. `pointerBase` is where the task list stands in the body ("/tasks"); `output` stands beside it. */
export interface PlanRequest {
  tasks: TaskSpec[];
  input?: Json;
  output?: Json;
  budget?: Budget;
  policies?: Policies;
  pointerBase?: string;
}

export function tasksPointer(request: PlanRequest): string {
  return request.pointerBase ?? '/tasks';
}

export function outputPointer(request: PlanRequest): string {
  const base = tasksPointer(request);
  return `${base.slice(0, base.lastIndexOf('/'))}/output`;
}
