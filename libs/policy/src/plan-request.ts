import type { DirectiveBudget, Json, Policies, Priority, Rate, TaskSpec } from '#libs/contracts';

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

/** The operator's own rules: a directive can ask for less, never for more. */
export interface HouseRules {
  /** Empty: every model. */
  models: readonly string[];
  /** What the policy `auto` would hold runs without a word. */
  allowHighRisk: boolean;
  /** How often an action may start, by its name; beside the action's own rate. */
  rates?: Readonly<Record<string, Rate>>;
}

export function tasksPointer(request: PlanRequest): string {
  return request.pointerBase ?? '/tasks';
}

export function outputPointer(request: PlanRequest): string {
  const base = tasksPointer(request);
  return `${base.slice(0, base.lastIndexOf('/'))}/output`;
}
