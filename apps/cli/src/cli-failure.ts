interface FailureParts {
  exitCode: number;
  message: string;
  /** The command or act that gets the user on. */
  next: string;
  /** One line each, printed below the message. */
  details?: readonly string[];
  cause?: unknown;
}

/** A failure the user can act on: one sentence, the exit code of the process, and the next step. */
export class CliFailure extends Error {
  readonly exitCode: number;
  readonly next: string;
  readonly details: readonly string[];

  constructor(parts: FailureParts) {
    super(parts.message, { cause: parts.cause });
    this.name = 'CliFailure';
    this.exitCode = parts.exitCode;
    this.next = parts.next;
    this.details = parts.details ?? [];
  }
}
