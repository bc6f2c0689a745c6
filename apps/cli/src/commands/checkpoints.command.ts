import type { CheckpointView } from '#libs/contracts';
import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { formatUsd } from '../output/money.js';
import { printData } from '../output/output-format.js';
import { renderTable } from '../output/table.js';
import { flagOf, formatOf, openApi, parseCount } from './global-options.js';

interface CheckpointOptions {
  create?: boolean;
  reason?: string;
  limit: number;
  cursor?: string;
}

export function addCheckpointsCommand(program: Command, cli: Cli): void {
  program
    .command('checkpoints')
    .description('List the checkpoints of a directive, the newest first, or make one.')
    .argument('<id>')
    .option('--create', 'make one now')
    .option('--reason <text>', 'with --create: why')
    .option('--limit <count>', 'how many at most', parseCount, 20)
    .option('--cursor <cursor>', 'where the list before it ended')
    .action((id: string, options: CheckpointOptions, command: Command) => run(cli, id, options, command));
}

async function run(cli: Cli, id: string, options: CheckpointOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const format = formatOf(command);
  if (options.create) {
    const made = await api.createCheckpoint(id, options.reason);
    printData(cli, format, made, ({ number }) => `${number}\n`);
    return;
  }
  const { limit, cursor } = options;
  const page = await api.call('listCheckpoints', { id, limit, cursor });
  printData(cli, format, page, ({ items }) =>
    renderTable(['NUMBER', 'AT', 'STATE', 'KIND', 'REASON', 'SUCCEEDED', 'COST'], items.map(rowOf)),
  );
  if (page.items.length === 0) talk(cli, `no checkpoints yet; next: make one with "coc checkpoints ${id} --create"`);
  if (page.nextCursor !== null)
    talk(cli, `next: coc checkpoints ${id} --limit ${limit} --cursor ${page.nextCursor}${flagOf(api.server)}`);
}

function rowOf({ number, at, state, kind, reason, tasks, chargedUsd }: CheckpointView): string[] {
  const cost = chargedUsd > 0 ? formatUsd(chargedUsd) : '-';
  return [String(number), at, state, kind, reason, `${tasks.succeeded}/${tasks.total}`, cost];
}
