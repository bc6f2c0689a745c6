import { EnvError } from '#libs/config';
import { type CliProcess, talk } from './cli.js';
import { exitCode } from './exit-code.js';
import { printable } from './output/printable.js';

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

/** Prints why the command ended and returns the exit code for it. */
export function reportFailure(cli: CliProcess, error: unknown): number {
  if (error instanceof CliFailure) {
    talk(cli, `coc: ${printable(error.message)}`);
    for (const detail of error.details) talk(cli, `  ${printable(detail)}`);
    talk(cli, `next: ${error.next}`);
    return error.exitCode;
  }
  if (error instanceof EnvError) {
    for (const problem of error.problems) talk(cli, `coc: ${problem}`);
    talk(cli, 'next: correct or unset the environment variable');
    return exitCode.usage;
  }
  talk(cli, `coc: a fault in coc itself: ${error instanceof Error ? error.stack : String(error)}`);
  talk(cli, 'next: report it with the lines above; "coc doctor" shows whether the installation is sound');
  return exitCode.unexpected;
}
