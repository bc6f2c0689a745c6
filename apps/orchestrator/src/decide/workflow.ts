import type { ZodType } from 'zod';
import type { Json, TaskSpec } from '#libs/contracts';

export type ReviewVerdict =
  | { verdict: 'accept'; reason: string }
  | { verdict: 'reject'; reason: string }
  | { verdict: 'extend'; reason: string; tasks: TaskSpec[] };

/** Outputs of the directive's tasks by task id, as far as they succeeded. */
export type TaskOutputsById = Readonly<Record<string, Json>>;

/**
 * A plan by name. `plan` and `review` are pure: the same input gives the same tasks, the same outputs the same verdict.
 * With a `review` the orchestrator sees the result before the directive ends.
 */
export interface Workflow {
  name: string;
  description: string;
  /** Words of an intent that speak for this workflow. */
  keywords: string[];
  input: ZodType<Json>;
  /** The workflow's input as an intent in plain words gives it, or undefined when something is missing. */
  inputFromIntent(intent: string): Json | undefined;
  plan(input: Json): TaskSpec[];
  review?(input: Json, outputs: TaskOutputsById): ReviewVerdict;
}
