import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { printPage } from '../output/print-page.js';
import { openApi, parseCount } from './global-options.js';
import { directiveColumns, directiveRow } from './list.command.js';

interface ChildOptions {
  limit: number;
  cursor?: string;
}

export function addChildrenCommand(program: Command, cli: Cli): void {
  program
    .command('children')
    .description('List the directives that are children of one.')
    .argument('<id>')
    .option('--limit <count>', 'how many at most', parseCount, 50)
    .option('--cursor <cursor>', 'where the list before it ended')
    .action(async (id: string, { limit, cursor }: ChildOptions, command: Command) => {
      const api = await openApi(cli, command);
      printPage(cli, command, api, await api.call('listChildren', { id, limit, cursor }), {
        columns: directiveColumns,
        row: directiveRow,
        none: `${id} has no children`,
        next: `coc children ${id} --limit ${limit}`,
      });
    });
}
