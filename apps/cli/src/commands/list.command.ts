import { Option, type Command } from 'commander';
import { directiveStates, type DirectiveState, type DirectiveView } from '#libs/contracts';
import type { Cli } from '../cli.js';
import { parseTime } from '../input/parse-time.js';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { printPage } from '../output/print-page.js';
import { openApi, parseCount } from './global-options.js';

interface ListOptions {
  limit: number;
  cursor?: string;
  state?: DirectiveState[];
  label?: string[];
  ref?: string;
  since?: string;
  until?: string;
}

export function addListCommand(program: Command, cli: Cli): void {
  program
    .command('list')
    .description('List directives, the newest first.')
    .addOption(new Option('--state <states...>', 'only those in these states').choices(directiveStates))
    .option('--label <labels...>', 'only those with all of these, each NAME=VALUE or NAME')
    .option('--ref <ref>', 'only the one with this id of yours')
    .option('--since <time>', 'only those made from then on: a time, or how long ago, such as 2h', parseTime)
    .option('--until <time>', 'only those made before', parseTime)
    .option('--limit <count>', 'how many at most', parseCount, 20)
    .option('--cursor <cursor>', 'where the list before it ended')
    .action((options: ListOptions, command: Command) => list(cli, options, command));
}

async function list(cli: Cli, options: ListOptions, command: Command): Promise<void> {
  const { limit, cursor, state, label, ref, since, until } = options;
  const api = await openApi(cli, command);
  const filter = {
    ...(state && { state }),
    ...(label && { label }),
    ...(ref !== undefined && { ref }),
    ...(since !== undefined && { createdAfter: since }),
    ...(until !== undefined && { createdBefore: until }),
  };
  const isFiltered = Object.keys(filter).length > 0;
  printPage(cli, command, api, await api.listDirectives(limit, cursor, filter), {
    columns: directiveColumns,
    row: directiveRow,
    none: isFiltered ? 'no directives like that on this page' : 'no directives; next: submit one with "coc run FILE"',
    next: `coc list${wordsOf(filter)} --limit ${limit}`,
  });
}

/** As a shell reads it back as one word. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const optionOf: Record<string, string> = { createdAfter: 'since', createdBefore: 'until' };

/** The options again, for the next page: a cursor is good with the same filters only. */
function wordsOf(filter: Record<string, string | readonly string[]>): string {
  return Object.entries(filter)
    .map(([name, value]) => ` --${optionOf[name] ?? name} ${[value].flat().map(shellWord).join(' ')}`)
    .join('');
}

export const directiveColumns = ['ID', 'STATE', 'TASKS', 'AGE', 'COST', 'TITLE'];

export function directiveRow({ id, state, tasks, createdAt, budget, title, ref }: DirectiveView): string[] {
  const age = formatDuration(Date.now() - Date.parse(createdAt));
  const cost = budget.chargedUsd > 0 ? formatUsd(budget.chargedUsd) : '-';
  return [id, state, `${tasks.total - tasks.open}/${tasks.total}`, age, cost, title ?? ref ?? ''];
}
