import type { CocClient } from '#libs/client';
import type { BudgetLedger } from '#libs/contracts';
import { type Command, InvalidArgumentError } from 'commander';
import { checkLedger } from '../budget/check-ledger.js';
import { differenceText, renderLedger, renderLimits } from '../budget/render-ledger.js';
import { type Cli, talk } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { printData } from '../output/output-format.js';
import { flagOf, formatOf, jsonOption, openApi, parseCount } from './global-options.js';

interface RaiseOptions {
  usd?: number;
  tokens?: number;
  comment: string;
}

export function addBudgetCommands(program: Command, cli: Cli): void {
  const budget = program.command('budget').description('See what became of the budget of a directive, and raise it.');
  budget
    .command('explain')
    .description('Print limits, every charge and reservation, what waits, and whether they add up.')
    .argument('<directive>')
    .option(...jsonOption)
    .action((id: string, _options: object, command: Command) => explain(cli, id, command));
  budget
    .command('raise')
    .description('Give a directive higher limits; what waits for them goes on.')
    .argument('<directive>')
    .option('--usd <limit>', 'the new limit in USD, with what is spent already', parseUsd)
    .option('--tokens <limit>', 'the new limit in tokens, with what is used already', parseCount)
    .option('--comment <text>', 'why; it stands in the event', '')
    .option(...jsonOption)
    .action((id: string, options: RaiseOptions, command: Command) => raise(cli, id, options, command));
}

async function explain(cli: Cli, id: string, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const ledger = await readLedger(api, id);
  const { differences } = checkLedger(ledger);
  const format = formatOf(command);
  printData(cli, format, { ...ledger, accountsForAll: differences.length === 0, differences }, () =>
    renderLedger(ledger),
  );
  if (differences.length > 0) throw unaccounted(ledger, differences.map(differenceText));
  if (ledger.waiting.length > 0) talk(cli, `next: coc budget raise ${id} --usd LIMIT${flagOf(api.server)}`);
}

const mostReads = 5;

/** Of a directive that moves, its sums and its lines may be of two moments: what does not add up is read again. */
async function readLedger(api: CocClient, id: string): Promise<BudgetLedger> {
  let ledger = await api.getBudget(id);
  for (let read = 1; read < mostReads && checkLedger(ledger).differences.length > 0; read++)
    ledger = await api.getBudget(id);
  return ledger;
}

async function raise(cli: Cli, id: string, { usd, tokens, comment }: RaiseOptions, command: Command): Promise<void> {
  if (usd === undefined && tokens === undefined) {
    const next = 'give the new limit with --usd, --tokens or both';
    throw new CliFailure({ exitCode: exitCode.usage, message: 'no limit to set', next });
  }
  const api = await openApi(cli, command);
  const limits = { ...(usd !== undefined && { maxCostUsd: usd }), ...(tokens !== undefined && { maxTokens: tokens }) };
  const ledger = await api.raiseBudget(id, { ...limits, comment });
  printData(cli, formatOf(command), ledger, renderLimits);
}

function unaccounted({ directiveId }: BudgetLedger, details: string[]): CliFailure {
  return new CliFailure({
    exitCode: exitCode.unexpected,
    message: `the lines do not account for all of ${directiveId}`,
    details,
    next: `look again while it moves; if it rests, report it with what "coc replay ${directiveId} --json" prints`,
  });
}

function parseUsd(text: string): number {
  const usd = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && Number.isFinite(usd)) return usd;
  throw new InvalidArgumentError('It must be an amount like 5 or 0.25.');
}
