import type { DirectiveEnding } from '#libs/client';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { formatOf, openApi } from './global-options.js';
import { printDirective } from './order.command.js';

const endings: Record<DirectiveEnding, string> = {
  complete: 'Say that a directive is done: what is open of it is cancelled.',
  fail: 'Say that a directive failed: what is open of it is cancelled.',
  stop: 'Stop a directive for good: what is open of it is cancelled.',
};

export function addEndCommands(program: Command, cli: Cli): void {
  for (const [ending, description] of Object.entries(endings) as [DirectiveEnding, string][]) {
    program
      .command(ending)
      .description(description)
      .argument('<id>')
      .option('--reason <text>', 'why; it stands in the last event')
      .action(async (id: string, { reason }: { reason?: string }, command: Command) => {
        const api = await openApi(cli, command);
        printDirective(cli, formatOf(command), await api.end(id, ending, reason));
      });
  }
}
