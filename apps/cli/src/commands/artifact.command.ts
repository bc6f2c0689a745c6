import type { Command } from 'commander';
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Cli } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { openApi } from './global-options.js';

export function addArtifactCommand(program: Command, cli: Cli): void {
  program
    .command('artifact')
    .description('Write the bytes of an artifact to stdout, or to a file.')
    .argument('<artifact>', 'its address, DIRECTIVE.SHA256')
    .option('--file <path>', 'where to write it')
    .action(async (artifact: string, { file }: { file?: string }, command: Command) => {
      const bytes = await (await openApi(cli, command)).readArtifact(artifact);
      if (file !== undefined) return pipeline(bytes, createWriteStream(file));
      if (cli.stdout.isTTY === true) throw notToTerminal(artifact);
      await pipeline(bytes, cli.stdout as Writable, { end: false });
    });
}

/** A worker wrote them: they could drive the terminal. */
function notToTerminal(artifact: string): CliFailure {
  return new CliFailure({
    exitCode: exitCode.usage,
    message: 'the bytes of an artifact are not written to a terminal',
    next: `coc artifact ${artifact} --file PATH, or pipe it on: coc artifact ${artifact} | less`,
  });
}
