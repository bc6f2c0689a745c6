import { limits, type FailureClass, type ReportedFailure, type Usage } from '#libs/contracts';

interface ActionErrorOptions {
  /** `permanent` (the default) is never tried again; `transient` and `rate-limited` may be. */
  class?: FailureClass;
  /** Earliest time for the next attempt, for `rate-limited`. */
  retryAfterMs?: number;
  /** Only the host says it: the action was not called, so it may be repeated whatever its effect is. */
  isUnbegun?: boolean;
  cause?: unknown;
}

/** How an action fails on purpose: a code a program can act on, a message for a human, and whether to try again. */
export class ActionError extends Error {
  readonly class: FailureClass;
  readonly retryAfterMs: number | undefined;
  readonly isUnbegun: boolean;

  constructor(
    readonly code: string,
    message: string,
    options: ActionErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'ActionError';
    this.class = options.class ?? 'permanent';
    this.retryAfterMs = options.retryAfterMs;
    this.isUnbegun = options.isUnbegun ?? false;
  }
}

/** An error nobody declared is a bug or an outage: it may pass, so it is transient. */
export function actionErrorOf(thrown: unknown): ActionError {
  if (thrown instanceof ActionError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ActionError('WORKER_ERROR', message === '' ? 'the action failed without a message' : message, {
    class: 'transient',
    cause: thrown,
  });
}

/** The wire form of a failure: it becomes the message of the error that BullMQ stores. */
export function reportFailure(error: ActionError, usage: Usage | undefined): ReportedFailure {
  return {
    code: error.code,
    message: error.message.slice(0, limits.maxErrorMessageChars),
    class: error.class,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    ...(usage === undefined ? {} : { usage }),
    // Without a figure a costed action is charged its grant.
    ...(error.isUnbegun ? { started: false, usage: { costUsd: 0, tokens: 0 } } : {}),
  };
}
