import type { Command } from 'commander';
import type { ActionRecord } from '#libs/contracts';
import { type Cli, talk } from '../cli.js';
import { parseActionDrafts } from '../input/action-drafts.js';
import { readDocument } from '../input/document.js';
import { formatDuration } from '../output/duration.js';
import { formatUsd } from '../output/money.js';
import { printData } from '../output/output-format.js';
import { renderTable } from '../output/table.js';
import { formatOf, openApi } from './global-options.js';

export function addActionsCommands(program: Command, cli: Cli): void {
  const actions = program.command('actions').description('Read and extend the catalog of what workers can do.');
  actions
    .command('list')
    .description('List the actions of the catalog.')
    .action((_options: object, command: Command) => listActions(cli, command));
  actions
    .command('apply')
    .description('Put the actions of FILE (JSON or YAML, one record or a list, "-" for stdin) into the catalog.')
    .argument('<file>')
    .action((file: string, _options: object, command: Command) => applyActions(cli, file, command));
}

async function listActions(cli: Cli, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const items = await api.listActions();
  printData(cli, formatOf(command), { items }, catalogText);
  if (items.length === 0) talk(cli, 'the catalog is empty; next: start a worker, or "coc actions apply FILE"');
}

async function applyActions(cli: Cli, file: string, command: Command): Promise<void> {
  const drafts = parseActionDrafts(file, await readDocument(cli, file));
  const api = await openApi(cli, command);
  const applied: ActionRecord[] = [];
  try {
    for (const { name, record } of drafts) applied.push(await api.applyAction(name, record));
  } catch (error) {
    const refused = drafts[applied.length];
    talk(cli, `applied ${applied.length} of ${drafts.length}; refused: ${refused?.name ?? ''}`);
    throw error;
  } finally {
    if (applied.length > 0) printData(cli, formatOf(command), { items: applied }, catalogText);
  }
}

function catalogText({ items }: { items: readonly ActionRecord[] }): string {
  return renderTable(
    ['ACTION', 'VERSION', 'EFFECT', 'RISK', 'MAX COST', 'TIMEOUT', 'DESCRIPTION'],
    items.map(catalogRow),
  );
}

function catalogRow({ name, version, effect, risk, maxCostUsd, timeoutMs, description }: ActionRecord): string[] {
  const cost = maxCostUsd === null ? 'not given' : maxCostUsd === 0 ? 'free' : formatUsd(maxCostUsd);
  return [name, version, effect, risk, cost, formatDuration(timeoutMs), description];
}
