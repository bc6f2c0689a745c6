import { EnvError } from '#libs/config';
import { failureOf } from './api/api-failure.js';
import { type CliProcess, talk } from './cli.js';
import { exitCode } from './exit-code.js';
import { printable } from './output/printable.js';

/** Prints why the command ended and returns the exit code for it. */
export function reportFailure(cli: CliProcess, error: unknown): number {
  const failure = failureOf(error);
  if (failure !== undefined) {
    talk(cli, `coc: ${printable(failure.message)}`);
    for (const detail of failure.details) talk(cli, `  ${printable(detail)}`);
    talk(cli, `next: ${failure.next}`);
    return failure.exitCode;
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
