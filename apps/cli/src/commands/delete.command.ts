import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { openApi } from './global-options.js';

export function addDeleteCommand(program: Command, cli: Cli): void {
  program
    .command('delete')
    .description('Remove a directive that is final, with all that it made.')
    .argument('<id>')
    .action(async (id: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      await api.deleteDirective(id);
      talk(cli, `${id} is deleted`);
    });
}
