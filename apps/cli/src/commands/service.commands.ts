import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { printData, yamlText } from '../output/output-format.js';
import { printPage } from '../output/print-page.js';
import { formatOf, openApi } from './global-options.js';

/** How it stands with the whole installation. */
export function addServiceCommands(program: Command, cli: Cli): void {
  program
    .command('state')
    .description('Show shards, workflows, how many directives are in which state, and how much is in line.')
    .action(async (_options: object, command: Command) => {
      const api = await openApi(cli, command);
      printData(cli, formatOf(command), await api.call('getOrchestratorState'), yamlText);
    });
  program
    .command('stats')
    .description(
      'Show what became of the newest 1,000 directives; of one, how far it is, how long it took and its cost.',
    )
    .argument('[id]')
    .action(async (id: string | undefined, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      const asked = id === undefined ? api.call('getDirectivesStats') : api.call('getDirectiveStats', { id });
      printData(cli, formatOf(command), await asked, yamlText);
    });
  program
    .command('queues')
    .description('List the worker queues, with what is in line and in flight; for an admin.')
    .action((_options: object, command: Command) => listQueues(cli, command));
  program
    .command('workers')
    .description('List the queues with the workers that are connected now; for an admin.')
    .action((_options: object, command: Command) => listWorkers(cli, command));
}

async function listQueues(cli: Cli, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  printPage(cli, command, api, await api.call('listQueues'), {
    columns: ['QUEUE', 'READY', 'IN FLIGHT', 'WINDOW', 'OLDEST'],
    row: ({ queue, ready, inFlight, window, oldestWaitMs }) => [
      queue,
      String(ready),
      String(inFlight),
      String(window ?? '-'),
      oldestWaitMs === null ? '-' : `${oldestWaitMs} ms`,
    ],
    none: 'no queue has had work yet',
  });
}

async function listWorkers(cli: Cli, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  printPage(cli, command, api, await api.call('listWorkers'), {
    columns: ['QUEUE', 'WORKERS', 'CLAIMED', 'WAITING', 'LAST CLAIM'],
    row: ({ queue, workers, claimed, waitingJobs, lastClaimAt }) => [
      queue,
      String(workers.length),
      String(claimed),
      String(waitingJobs),
      lastClaimAt ?? '-',
    ],
    none: 'no queue has had work yet',
  });
}
