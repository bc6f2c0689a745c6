import { Argument, type Command, Option } from 'commander';
import {
  type ApproveOptions,
  type ResolveOptions,
  approve,
  deny,
  resolutions,
  resolve,
  scopes,
} from '../approvals/answer-hold.js';
import { findHold } from '../approvals/find-hold.js';
import { renderGrants, renderHold, renderHoldList } from '../approvals/render-hold.js';
import { type Cli, talk } from '../cli.js';
import { parseDuration } from '../input/parse-duration.js';
import { printData } from '../output/output-format.js';
import { flagOf, formatOf, jsonOption, openApi, parseCount } from './global-options.js';

const examples = `
ID is DIRECTIVE.INDEX as "coc approvals list" prints it; of one that waits its end will do, from the last 4 characters of DIRECTIVE on.

Examples:
  coc approvals show 8Q3X.2
  coc approvals approve 8Q3X.2 --as ana --comment "looked at the diff"
  coc approvals approve 8Q3X.2 --input edited.json       lets it start with another input
  coc approvals approve 8Q3X.2 --scope action --for 2h   and all of this action that are not more risky, for two hours
  coc approvals resolve 8Q3X.2 complete --output-file -  it did take effect, and this is what it gave`;

const comment = ['--comment <text>', 'why; it stands in the event', ''] as const;

export function addApprovalsCommands(program: Command, cli: Cli): void {
  const approvals = program
    .command('approvals')
    .description('Answer tasks that wait for a human.')
    .addHelpText('after', examples);
  addReading(approvals, cli);
  addAnswers(approvals, cli);
  addGrants(approvals, cli);
}

function addReading(approvals: Command, cli: Cli): void {
  approvals
    .command('list')
    .description('List what waits for a human, the longest wait first.')
    .option('--limit <count>', 'how many at most', parseCount, 100)
    .option('--cursor <cursor>', 'where the list before it ended')
    .option(...jsonOption)
    .action((options: ListOptions, command: Command) => list(cli, options, command));
  approvals
    .command('show')
    .description('Show what a task would do, why somebody is asked, and the answer if there is one.')
    .argument('<hold>')
    .option(...jsonOption)
    .action(async (id: string, _options: object, command: Command) => {
      printData(cli, formatOf(command), await findHold(await openApi(cli, command), id), renderHold);
    });
}

function addAnswers(approvals: Command, cli: Cli): void {
  approvals
    .command('approve')
    .description('Let a task start.')
    .argument('<hold>')
    .option(...comment)
    .option('--digest <digest>', 'what you saw with "show" (default: what it is now, which is printed)')
    .option('--input <file>', 'start it with this input instead (JSON or YAML, "-" for stdin)')
    .addOption(new Option('--scope <scope>', 'what else goes, up to this risk').choices(scopes).default('task'))
    .option('--for <duration>', 'how long with --scope action: 30m, 2h (default: 1h)', parseDuration)
    .option(...jsonOption)
    .action((id: string, options: ApproveOptions, command: Command) => approve(cli, id, options, command));
  approvals
    .command('deny')
    .description('Let a task fail instead of starting.')
    .argument('<hold>')
    .option(...comment)
    .option(...jsonOption)
    .action((id: string, options: { comment: string }, command: Command) => deny(cli, id, options.comment, command));
  approvals
    .command('resolve')
    .description('Say what becomes of a task whose effect nobody knows, or give up one that the budget does not allow.')
    .argument('<hold>')
    .addArgument(new Argument('<decision>').choices(resolutions))
    .option(...comment)
    .option('--output-file <file>', 'with "complete": its output (JSON or YAML, "-" for stdin)')
    .option(...jsonOption)
    .action((id: string, decision: (typeof resolutions)[number], options: ResolveOptions, command: Command) =>
      resolve(cli, id, decision, options, command),
    );
}

const ofDirective = ['--directive <id>', 'the grants of this directive, not those of the whole tenant'] as const;

function addGrants(approvals: Command, cli: Cli): void {
  approvals
    .command('grants')
    .description('List the actions that may go for a while without being asked for.')
    .option(...ofDirective)
    .option(...jsonOption)
    .action(async ({ directive }: { directive?: string }, command: Command) => {
      const items = await (await openApi(cli, command)).listGrants(directive);
      printData(cli, formatOf(command), { items }, () => renderGrants(items));
      if (items.length === 0) talk(cli, 'no grants; "coc approvals approve ID --scope action" gives one');
    });
  approvals
    .command('revoke')
    .description('Take back the grant of an action: it is asked for again from now on.')
    .argument('<action>')
    .option(...ofDirective)
    .option(...jsonOption)
    .action(async (action: string, { directive }: { directive?: string }, command: Command) => {
      await (await openApi(cli, command)).revokeGrant(action, directive);
      printData(cli, formatOf(command), { action }, () => `${action} is asked for again\n`);
    });
}

interface ListOptions {
  limit: number;
  cursor?: string;
}

async function list(cli: Cli, { limit, cursor }: ListOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const page = await api.listHolds(limit, cursor);
  printData(cli, formatOf(command), page, ({ items }) => renderHoldList(items));
  const flag = flagOf(api.server);
  if (page.items.length > 0) talk(cli, `next: look at one with "coc approvals show ID${flag}"`);
  else if (page.nextCursor === null) talk(cli, 'nothing waits for a human');
  if (page.nextCursor !== null)
    talk(cli, `next: coc approvals list --limit ${limit} --cursor ${page.nextCursor}${flag}`);
}
