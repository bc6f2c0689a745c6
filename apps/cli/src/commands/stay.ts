import type { CocClient } from '#libs/client';
import { Option, type Command } from 'commander';
import type { Cli } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { parseDuration } from '../input/parse-duration.js';
import { jsonText, printData } from '../output/output-format.js';
import { formatOf } from './global-options.js';
import { seeThrough } from './see-through.js';

export interface StayOptions {
  watch?: boolean;
  wait?: boolean;
  timeout?: number;
}

/** How long a command stays with the directive that it set in motion. */
export function addStayOptions(command: Command): Command {
  return command
    .hook('preAction', (_command, self) => checkTimeout(self.opts()))
    .option('--watch', 'follow it with its progress on stderr, then print its output')
    .option('--wait', 'wait for it, say only what needs a human, then print its output')
    .addOption(new Option('--timeout <time>', 'with these two: no longer than, such as 10m').argParser(parseDuration));
}

function checkTimeout({ watch, wait, timeout }: StayOptions): void {
  if (timeout === undefined || watch || wait) return;
  throw new CliFailure({
    exitCode: exitCode.usage,
    message: '--timeout limits how long the command waits, and it does not wait',
    next: 'add --wait or --watch; how long the directive may take is its ttlMs',
  });
}

/** Waits for its rest and prints its output. With a time limit: exit code 7 when it is not there by then. */
export async function stay(
  cli: Cli,
  api: CocClient,
  id: string,
  { watch = false, timeout }: StayOptions,
  command: Command,
): Promise<void> {
  const late = timeout === undefined ? undefined : AbortSignal.timeout(timeout);
  if ((await seeThrough(cli, api, id, watch, late)) === undefined) return;
  printData(cli, formatOf(command), await api.getOutput(id), ({ output }) => jsonText(output));
}
