import type { CocClient } from '#libs/client';
import type { DirectiveView } from '#libs/contracts';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { type OutputFormat, printData } from '../output/output-format.js';
import { formatOf, openApi } from './global-options.js';
import { seeThrough } from './see-through.js';

export function addWatchCommand(program: Command, cli: Cli): void {
  program
    .command('watch')
    .summary('Follow a directive that goes on.')
    .description('Follow a directive to its end, with its progress on stderr, then print its final state.')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      await watch(cli, api, id, formatOf(command), (directive) => Promise.resolve(directive));
    });
}

/** Follows it and prints its final state; as JSON, what `read` makes of it. */
export async function watch(
  cli: Cli,
  api: CocClient,
  id: string,
  format: OutputFormat,
  read: (directive: DirectiveView) => Promise<unknown>,
): Promise<void> {
  // Asked once without patience: a wrong id or no server at all is told at once.
  await api.getDirective(id);
  const directive = await seeThrough(cli, api, id, true);
  if (directive === undefined) return;
  printData(cli, format, format === 'table' ? directive : await read(directive), () => `${directive.state}\n`);
}
