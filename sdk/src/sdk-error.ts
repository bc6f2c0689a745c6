import type { DirectiveResult, Fault } from '../chain-of-command.d.ts';

interface ErrorParts {
  code: string;
  message: string;
  /** What the reader can do, as a sentence. */
  next: string;
  cause?: unknown;
}

/** What all errors of this API are; the message ends with the next step, for most readers see only it. */
export class ChainOfCommandError extends Error {
  readonly code: string;
  readonly next: string;

  constructor({ code, message, next, cause }: ErrorParts) {
    super(`${message}\nnext: ${next}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.next = next;
  }
}

/** Nothing was accepted. */
export class DirectiveRefusedError extends ChainOfCommandError {
  constructor(
    parts: ErrorParts,
    readonly faults: readonly Fault[],
  ) {
    super(parts);
  }
}

/** It rests and is not COMPLETED. */
export class DirectiveFailedError extends ChainOfCommandError {
  constructor(readonly result: DirectiveResult) {
    const { id, state, error } = result;
    super({
      code: `DIRECTIVE_${state}`,
      message: `the directive ${id} is ${state}${error ? `: ${error.code}: ${error.message}` : ''}`,
      next: `see each step with "coc replay ${id}"`,
    });
  }
}

/** Nobody answers, or somebody else does. */
export class ServerUnreachableError extends ChainOfCommandError {
  constructor(
    parts: ErrorParts,
    readonly directiveId: string | undefined,
  ) {
    super(parts);
  }
}

/** The caller's signal aborted. */
export class DetachedError extends ChainOfCommandError {
  constructor(
    readonly directiveId: string | undefined,
    isCancelled: boolean,
    cause: unknown,
  ) {
    const [message, next] =
      directiveId === undefined
        ? ['aborted before anything was submitted', 'submit it again with another signal']
        : isCancelled
          ? [
              `aborted, and the directive ${directiveId} cancelled`,
              `see what was done with "coc status ${directiveId}"`,
            ]
          : [`detached; the directive ${directiveId} goes on`, `come back to it with "coc watch ${directiveId}"`];
    super({ code: isCancelled ? 'CANCELLED' : 'DETACHED', message, next, cause });
    // What programs look for after an abort.
    this.name = 'AbortError';
  }
}

/** The services cannot start in this process. */
export class EmbeddedStartError extends ChainOfCommandError {}
