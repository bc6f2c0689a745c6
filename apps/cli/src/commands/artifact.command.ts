import type { Command } from 'commander';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Cli } from '../cli.js';
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
      for await (const piece of bytes) cli.stdout.write(piece as never);
    });
}
