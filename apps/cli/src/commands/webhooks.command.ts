import type { Schemas } from '#libs/client';
import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { printData, yamlText } from '../output/output-format.js';
import { printPage } from '../output/print-page.js';
import { formatOf, openApi } from './global-options.js';

interface CreateOptions {
  events?: string[];
  description?: string;
}

export function addWebhooksCommands(program: Command, cli: Cli): void {
  const webhooks = program.command('webhooks').description('Say who is told by HTTP what happens to directives.');
  webhooks
    .command('create')
    .description('Register a webhook and print its secret; it is shown only now.')
    .argument('<url>')
    .option('--events <types...>', 'only events of these types')
    .option('--description <text>', 'what it is for')
    .action((url: string, options: CreateOptions, command: Command) => create(cli, url, options, command));
  webhooks
    .command('list')
    .description('List the webhooks of the tenant.')
    .action((_options: object, command: Command) => list(cli, command));
  webhooks
    .command('get')
    .description('Show one.')
    .argument('<webhook>')
    .action(async (id: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      printData(cli, formatOf(command), await api.call('getWebhook', { id }), yamlText);
    });
  webhooks
    .command('delete')
    .description('Remove one with its log.')
    .argument('<webhook>')
    .action(async (id: string, _options: object, command: Command) => {
      await (await openApi(cli, command)).call('deleteWebhook', { id });
      talk(cli, `${id} is deleted`);
    });
  addDeliveries(webhooks, cli);
}

function addDeliveries(webhooks: Command, cli: Cli): void {
  webhooks
    .command('deliveries')
    .description('List the last tries to deliver to it.')
    .argument('<webhook>')
    .action(async (id: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      printData(cli, formatOf(command), await api.call('listDeliveries', { id }), yamlText);
    });
  webhooks
    .command('resend')
    .description('Deliver once more what is in the log.')
    .argument('<webhook>')
    .argument('<delivery>')
    .action(async (id: string, deliveryId: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      const filed = await api.call('resendDelivery', { id, deliveryId });
      printData(cli, formatOf(command), filed, (it) => `${it.deliveryId}\n`);
    });
}

async function create(cli: Cli, url: string, { events, description }: CreateOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const body = { url, ...(events && { events }), ...(description === undefined ? {} : { description }) };
  const made = await api.call('createWebhook', { body: body as Schemas['CreateWebhook'] });
  printData(cli, formatOf(command), made, ({ secret }) => `${secret}\n`);
  talk(cli, `the secret of ${made.id} is not shown again; remove it with "coc webhooks delete ${made.id}"`);
}

async function list(cli: Cli, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  printPage(cli, command, api, await api.call('listWebhooks'), {
    columns: ['ID', 'URL', 'EVENTS', 'STATE'],
    row: ({ id, url, events, failingSince, disabledAt }) => [
      id,
      url,
      events?.join(',') ?? 'all',
      disabledAt !== null ? 'disabled' : failingSince === null ? 'good' : `failing since ${failingSince}`,
    ],
    none: 'no webhooks; next: make one with "coc webhooks create URL"',
  });
}
