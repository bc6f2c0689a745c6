import { randomUUID } from 'node:crypto';
import type { CocClient, RetryOrder } from '#libs/client';
import type { RetryPlan } from '#libs/contracts';
import { Option, type Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { rememberDirective } from '../ids/last-directive.js';
import { formatUsd } from '../output/money.js';
import { printData } from '../output/output-format.js';
import { renderTable } from '../output/table.js';
import { flagOf, formatOf, openApi, parseCount } from './global-options.js';
import { addStayOptions, stay, type StayOptions } from './stay.js';

interface RetryOptions extends RetryOrder, StayOptions {
  dryRun?: boolean;
}

export function addRetryCommand(program: Command, cli: Cli): void {
  const from = new Option('--from <where>', 'begin at the start, or keep what had succeeded by a checkpoint');
  const command = program
    .command('retry')
    .summary('Do again what a final directive was asked to do.')
    .description(
      'Submit again what a final directive was asked to do, and print the id of the new one. Of one that did not complete, ' +
        'tasks that had succeeded keep their outputs and do not run again.',
    )
    .argument('<id>')
    .addOption(from.choices(['start', 'checkpoint']))
    .option('--checkpoint <number>', 'the checkpoint to go on from; without it the last one', parseCount)
    .addOption(new Option('--dry-run', 'only show what would be kept and what would run').conflicts(['watch', 'wait']));
  addStayOptions(command).action((id: string, options: RetryOptions, self: Command) => retry(cli, id, options, self));
}

async function retry(cli: Cli, id: string, options: RetryOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const { from, checkpoint, dryRun } = options;
  const order = { ...(from && { from }), ...(checkpoint !== undefined && { checkpoint }) };
  const format = formatOf(command);
  if (dryRun) return showPlan(cli, api, await api.planRetry(id, order), command);
  // Whoever sends it on twice on its way, as a proxy may, makes no second directive of it.
  const accepted = await api.retry(id, randomUUID(), Object.keys(order).length === 0 ? undefined : order);
  await rememberDirective(cli.env.stateDir, api.server.url, accepted.id);
  if (!options.wait && !options.watch) return printData(cli, format, accepted, (again) => `${again.id}\n`);
  talk(cli, `submitted ${accepted.id}`);
  await stay(cli, api, accepted.id, options, command);
}

function showPlan(cli: Cli, api: CocClient, plan: RetryPlan, command: Command): void {
  printData(cli, formatOf(command), plan, ({ tasks }) =>
    renderTable(
      ['TASK', 'ACTION', 'FATE', 'WHY'],
      tasks.map(({ id, action, fate, why }) => [id, action, fate, why]),
    ),
  );
  const { kept, runs, asks, cost, keptUsd, retryOf, from, checkpoint } = plan;
  const where = checkpoint === null ? from : `checkpoint ${checkpoint}`;
  talk(
    cli,
    `from ${where}: ${kept} kept (${formatUsd(keptUsd)} spent on them), ${runs} would run, ${asks} of them ask`,
  );
  talk(cli, `cost at most ${formatUsd(cost.onceUsd)} with one attempt each, ${formatUsd(cost.mostUsd)} with all`);
  const point = checkpoint === null ? ` --from ${from}` : ` --checkpoint ${checkpoint}`;
  talk(cli, `next: coc retry ${retryOf}${point}${flagOf(api.server)}`);
}
