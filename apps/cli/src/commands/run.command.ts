import type { CocClient } from '#libs/client';
import type { Json } from '#libs/contracts';
import { Option, type Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { rememberDirective } from '../ids/last-directive.js';
import { readDocument } from '../input/document.js';
import { parseTimeAhead } from '../input/parse-time.js';
import { printData } from '../output/output-format.js';
import { formatOf, openApi } from './global-options.js';
import { printPlan } from './plan.command.js';
import { addStayOptions, stay, type StayOptions } from './stay.js';

interface RunOptions extends StayOptions {
  dryRun?: boolean;
  paused?: boolean;
  runAt?: string;
  plan?: string;
}

const examples = `
Examples:
  coc run pipeline.yaml            prints the id of the directive and returns
  coc run pipeline.yaml --watch    shows the progress and prints the output at the end
  coc run pipeline.yaml --dry-run  shows its tasks, risk and cost; nothing is stored
  jq -n '{tasks:[…]}' | coc run - --wait | jq .summary`;

export function addRunCommand(program: Command, cli: Cli): void {
  const command = program
    .command('run')
    .summary('Submit a directive.')
    .description('Submit the directive in FILE (JSON or YAML, "-" for stdin) and print its id.')
    .argument('<file>')
    .addOption(new Option('--dry-run', 'only show what would become of it').conflicts(['watch', 'wait']))
    .addOption(new Option('--paused', 'it waits for "coc start"').conflicts(['runAt', 'watch', 'wait']))
    .option('--run-at <time>', 'not before: a time, or how long from now, such as 2h', parseTimeAhead)
    .option('--plan <hash>', 'only when it still gets this plan, as "coc plan" showed it');
  addStayOptions(command)
    .addHelpText('after', examples)
    .action((file: string, options: RunOptions, self: Command) => run(cli, file, options, self));
}

async function run(cli: Cli, file: string, options: RunOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const directive = withStart(await readDocument(cli, file), options);
  if (options.dryRun) return printPlan(cli, command, api, file, await api.plan(directive));
  const accepted = await submit(api, directive, options.plan);
  await rememberDirective(cli.env.stateDir, api.server.url, accepted.id);
  if (!options.watch && !options.wait) return printData(cli, formatOf(command), accepted, ({ id }) => `${id}\n`);
  // stdout carries one document, the output; so here the id is talk.
  talk(cli, `submitted ${accepted.id}`);
  await stay(cli, api, accepted.id, options, command);
}

async function submit(api: CocClient, directive: Json, planHash: string | undefined): Promise<{ id: string }> {
  if (planHash === undefined) return api.submit(directive);
  return api.call('executeDirective', { body: directive as never, planHash });
}

/** What is no object is for the server to refuse. */
function withStart(directive: Json, { paused, runAt }: RunOptions): Json {
  if (typeof directive !== 'object' || directive === null || Array.isArray(directive)) return directive;
  return { ...directive, ...(paused && { start: false }), ...(runAt !== undefined && { runAt }) };
}
