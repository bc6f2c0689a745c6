import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { projectRoot } from '../project-root.js';

const help = `
Arguments are passed to the launcher as they are:
  --once        end by itself when its work is done, with exit code 0 when all of it is COMPLETED
  --docs <dir>  the folder of Markdown to work on`;

export function addUpCommand(program: Command, cli: Cli): void {
  program
    .command('up')
    .description('Start Redis and all services on this machine; Ctrl-C stops them.')
    .argument('[args...]')
    .allowUnknownOption()
    .addHelpText('after', help)
    .action(async (args: string[]) => {
      cli.exitCode = await launch(args);
    });
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs the launcher with this terminal and returns its exit code; 128 + n when signal n ended it. */
async function launch(args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(projectRoot(), 'launch', 'up.mjs'), ...args], {
    stdio: 'inherit',
  });
  // We stay until the launcher has drained. From a terminal it gets Ctrl-C twice, which it counts as one.
  const passOn = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of signals) process.on(signal, passOn);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } finally {
    for (const signal of signals) process.off(signal, passOn);
  }
}
