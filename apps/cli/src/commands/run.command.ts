import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { readDocument } from '../input/document.js';
import { jsonText, printData } from '../output/output-format.js';
import { formatOf, openApi } from './global-options.js';
import { seeThrough } from './see-through.js';

interface RunOptions {
  watch?: boolean;
  wait?: boolean;
}

const examples = `
Examples:
  coc run pipeline.yaml            prints the id of the directive and returns
  coc run pipeline.yaml --watch    shows the progress and prints the output at the end
  jq -n '{tasks:[…]}' | coc run - --wait | jq .summary`;

export function addRunCommand(program: Command, cli: Cli): void {
  program
    .command('run')
    .summary('Submit a directive.')
    .description('Submit the directive in FILE (JSON or YAML, "-" for stdin) and print its id.')
    .argument('<file>')
    .option('--watch', 'follow it with its progress on stderr, then print its output')
    .option('--wait', 'wait for it, say only what needs a human, then print its output')
    .addHelpText('after', examples)
    .action((file: string, options: RunOptions, command: Command) => run(cli, file, options, command));
}

async function run(cli: Cli, file: string, options: RunOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const accepted = await api.submit(await readDocument(cli, file));
  const format = formatOf(command);
  if (!options.watch && !options.wait) {
    printData(cli, format, accepted, ({ id }) => `${id}\n`);
    return;
  }
  // stdout carries one document, the output; so here the id is talk.
  talk(cli, `submitted ${accepted.id}`);
  const directive = await seeThrough(cli, api, accepted.id, options.watch ?? false);
  if (directive === undefined) return;
  printData(cli, format, await api.getOutput(accepted.id), ({ output }) => jsonText(output));
}
