import type { LogLine } from '#libs/client';
import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { printData } from '../output/output-format.js';
import { printable } from '../output/printable.js';
import { formatOf, openApi } from './global-options.js';

export function addLogsCommand(program: Command, cli: Cli): void {
  program
    .command('logs')
    .description('Print the lines a task wrote, attempt by attempt.')
    .argument('<id>')
    .argument('<task>', "id of the task; a spread one is quoted: 'embed[3]'")
    .action((id: string, task: string, _options: object, command: Command) => printLogs(cli, id, task, command));
}

async function printLogs(cli: Cli, id: string, task: string, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const lines = await api.listLogs(id, task);
  printData(cli, formatOf(command), { items: lines }, ({ items }) => logText(items));
  if (lines.length === 0) talk(cli, `${task} wrote no lines`);
}

/** The attempt is named only where there was more than one. */
function logText(lines: readonly LogLine[]): string {
  const hasMore = lines.some(({ attempt }) => attempt !== lines[0]?.attempt);
  return lines.map(({ attempt, line }) => `${hasMore ? `[attempt ${attempt}] ` : ''}${printable(line)}\n`).join('');
}
