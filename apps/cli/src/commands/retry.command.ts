import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { printData } from '../output/output-format.js';
import { formatOf, openApi } from './global-options.js';

export function addRetryCommand(program: Command, cli: Cli): void {
  program
    .command('retry')
    .description('Submit again what a final directive was asked to do, and print the id of the new one.')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      printData(cli, formatOf(command), await api.retry(id), (accepted) => `${accepted.id}\n`);
    });
}
