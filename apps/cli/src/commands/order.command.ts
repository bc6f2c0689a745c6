import type { DirectiveOrder } from '#libs/client';
import type { DirectiveView } from '#libs/contracts';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { printData, type OutputFormat } from '../output/output-format.js';
import { formatOf, openApi } from './global-options.js';
import { addStayOptions, stay, type StayOptions } from './stay.js';

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
    const command = program.command(order).description(description).argument('<id>');
    // What ends or rests has nothing to be waited for.
    if (order === 'start' || order === 'resume') addStayOptions(command);
    command.action(async (id: string, options: StayOptions, self: Command) => {
      const api = await openApi(cli, self);
      const directive = await api.order(id, order);
      if (options.wait || options.watch) await stay(cli, api, id, options, self);
      else printDirective(cli, formatOf(self), directive);
    });
  }
}
