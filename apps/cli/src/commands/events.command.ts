import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { printable } from '../output/printable.js';
import { printPage } from '../output/print-page.js';
import { openApi, parseCount } from './global-options.js';

interface EventsOptions {
  limit: number;
  after: string;
}

export function addEventsCommand(program: Command, cli: Cli): void {
  program
    .command('events')
    .description('List the events of a directive in their order.')
    .argument('<id>')
    .option('--limit <count>', 'how many at most', parseCount, 200)
    .option('--after <seq>', 'only those after this one', '0')
    .action(async (id: string, { limit, after }: EventsOptions, command: Command) => {
      const api = await openApi(cli, command);
      const page = await api.call('listEvents', { id, limit, after: Number(after) });
      printPage(
        cli,
        command,
        api,
        { items: page.items },
        {
          columns: ['SEQ', 'AT', 'TYPE', 'TASK', 'DATA'],
          row: ({ seq, timestamp, type, task, data }) => [
            String(seq),
            timestamp,
            type,
            task ?? '-',
            printable(JSON.stringify(data)),
          ],
          none: 'no events after that',
        },
      );
    });
}
