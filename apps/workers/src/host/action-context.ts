import type { Json, TaskMessage, Usage } from '#libs/contracts';
import type { JobReporter } from './job.reporter.js';
import type { RunningAttempt } from './running-attempts.js';
import type { SpendMeter } from './spend-meter.js';
import type { TaskArtifacts } from './task-artifacts.js';

/** What an action sees of its attempt, by `@Ctx()`. */
export class ActionContext {
  constructor(
    readonly message: TaskMessage,
    /** Aborted on timeout, cancel, lost lock, exceeded budget and shutdown; `reason` is an ActionError that says which. */
    readonly signal: AbortSignal,
    /** `put` stores a file and reports it with the outcome; `read` takes one by its SHA-256. */
    readonly artifacts: TaskArtifacts,
    private readonly reporter: JobReporter,
    private readonly meter: SpendMeter,
    private readonly attempt: RunningAttempt,
  ) {}

  /** One line for the task's log; long lines are cut and lines over the limit dropped. */
  log(line: string): void {
    this.reporter.log(line);
  }

  /** At most one value a second is sent, the last one wins. */
  progress(value: Json): void {
    this.reporter.progress(value);
  }

  /** Reports cost as it arises. Over the assignment's budget it throws BUDGET_EXCEEDED, and the attempt ends with it. */
  spend(spent: Usage): void {
    try {
      this.meter.spend(spent);
    } catch (error) {
      // Aborted as well as thrown: an action that catches everything must not go on spending.
      this.attempt.abort(error);
      throw error;
    }
  }
}
