import type { Command } from 'commander';
import type { DirectiveView } from '#libs/contracts';
import { type Cli, talk } from '../cli.js';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { printData } from '../output/output-format.js';
import { renderTable } from '../output/table.js';
import { flagOf, formatOf, openApi, parseCount } from './global-options.js';

interface ListOptions {
  limit: number;
  cursor?: string;
}

export function addListCommand(program: Command, cli: Cli): void {
  program
    .command('list')
    .description('List directives, the newest first.')
    .option('--limit <count>', 'how many at most', parseCount, 20)
    .option('--cursor <cursor>', 'where the list before it ended')
    .action((options: ListOptions, command: Command) => list(cli, options, command));
}

async function list(cli: Cli, { limit, cursor }: ListOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const page = await api.listDirectives(limit, cursor);
  printData(cli, formatOf(command), page, ({ items }) => {
    return renderTable(['ID', 'STATE', 'TASKS', 'AGE', 'COST', 'TITLE'], items.map(listRow));
  });
  if (page.items.length === 0) talk(cli, 'no directives; next: submit one with "coc run FILE"');
  if (page.nextCursor !== null)
    talk(cli, `next: coc list --limit ${limit} --cursor ${page.nextCursor}${flagOf(api.server)}`);
}

function listRow({ id, state, tasks, createdAt, budget, title, ref }: DirectiveView): string[] {
  const age = formatDuration(Date.now() - Date.parse(createdAt));
  const cost = budget.chargedUsd > 0 ? formatUsd(budget.chargedUsd) : '-';
  return [id, state, `${tasks.total - tasks.open}/${tasks.total}`, age, cost, title ?? ref ?? ''];
}
