import type { DirectiveOrder } from '#libs/client';
import type { DirectiveView } from '#libs/contracts';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { printData, type OutputFormat } from '../output/output-format.js';
import { formatOf, openApi } from './global-options.js';

const orders: Record<DirectiveOrder, string> = {
  cancel: 'End a directive: nothing new starts, what runs is told to stop.',
  pause: 'Hold a directive: what runs may finish, nothing new starts.',
  resume: 'Let a paused directive go on.',
  start: 'Start a directive that waits for its start, before its time too.',
};

/** Id and state on a line, or the whole directive as JSON. */
export function printDirective(cli: Cli, format: OutputFormat, directive: DirectiveView): void {
  printData(cli, format, directive, ({ id, state, closing }) => {
    return `${id} ${state}${closing === null || closing === state ? '' : `, closing as ${closing}`}\n`;
  });
}

export function addOrderCommands(program: Command, cli: Cli): void {
  for (const [order, description] of Object.entries(orders) as [DirectiveOrder, string][]) {
    program
      .command(order)
      .description(description)
      .argument('<id>')
      .action(async (id: string, _options: object, command: Command) => {
        const api = await openApi(cli, command);
        printDirective(cli, formatOf(command), await api.order(id, order));
      });
  }
}
