import type { DryPlan } from '#libs/contracts';
import type { CocClient } from '#libs/client';
import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { readDocument } from '../input/document.js';
import { formatUsd } from '../output/money.js';
import { printData } from '../output/output-format.js';
import { renderTable } from '../output/table.js';
import { flagOf, formatOf, openApi } from './global-options.js';

export function addPlanCommand(program: Command, cli: Cli): void {
  program
    .command('plan')
    .summary('Show what would become of a directive, and store nothing.')
    .description('Show the tasks that the directive in FILE would get, with risk and cost; nothing is stored.')
    .argument('<file>')
    .action(async (file: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      printPlan(cli, command, api, file, await api.plan(await readDocument(cli, file)));
    });
}

export function printPlan(cli: Cli, command: Command, { server }: CocClient, file: string, plan: DryPlan): void {
  printData(cli, formatOf(command), plan, ({ tasks }) =>
    renderTable(['TASK', 'ACTION', 'AFTER', 'RISK', 'APPROVAL', 'COST AT MOST'], tasks.map(rowOf)),
  );
  const { cost, risk, planHash } = plan;
  talk(cli, `cost at most ${formatUsd(cost.onceUsd)} with one attempt each, ${formatUsd(cost.mostUsd)} with all`);
  if (risk.needed > 0) talk(cli, `${risk.needed} of them would wait for a human`);
  talk(cli, `next: coc run ${file} --plan ${planHash}${flagOf(server)}`);
}

function rowOf({ id, action, dependsOn, risk, approval, maxCostUsd }: DryPlan['tasks'][number]): string[] {
  return [id, action, dependsOn.join(',') || '-', String(risk?.score ?? '-'), approval, formatUsd(maxCostUsd)];
}
