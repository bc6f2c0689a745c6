import { loadCliEnv } from '#libs/config';
import { CommanderError } from 'commander';
import { type CliProcess, talk } from './cli.js';
import { exitCode } from './exit-code.js';
import { buildProgram } from './program.js';
import { reportFailure } from './report-failure.js';

/** Runs one command to its end and returns the exit code of the process; never throws. */
export async function runCli(
  args: readonly string[],
  host: CliProcess,
  variables?: Record<string, string | undefined>,
): Promise<number> {
  try {
    const cli = { ...host, env: loadCliEnv(variables), exitCode: exitCode.ok };
    await buildProgram(cli).parseAsync(args, { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    // Commander ends --help and --version by throwing too, with exit code 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    if (!host.interrupt.aborted) return reportFailure(host, error);
    talk(host, 'interrupted; next: "coc list" shows what the server has');
    return exitCode.detached;
  }
}
