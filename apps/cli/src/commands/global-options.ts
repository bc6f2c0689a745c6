import { join } from 'node:path';
import { CocClient, type ServerAddress, findServer } from '#libs/client';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cli } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { outputFormats, type OutputFormat } from '../output/output-format.js';
import { projectRoot } from '../project-root.js';

interface GlobalOptions {
  url?: string;
  as?: string;
  apiKey?: string;
  output: OutputFormat;
  /** Of the commands that have it. */
  json?: boolean;
}

const urlOption = '--url';

export function addGlobalOptions(program: Command): void {
  program.option(
    `${urlOption} <url>`,
    'address of the server (default: COC_URL, else the running server of this folder)',
  );
  const key = new Option('--api-key <key>', 'key or token of yours (default: on this machine the key of the owner)');
  program.addOption(key.env('COC_API_KEY'));
  const actor = new Option('--as <name>', 'the name by which you act, where nobody logs in');
  program.addOption(actor.env('COC_ACTOR').argParser(parseActor));
  const format = new Option('-o, --output <format>', 'form of what goes to stdout');
  program.addOption(format.choices(outputFormats).default('table'));
}

export function formatOf(command: Command): OutputFormat {
  const { json, output } = command.optsWithGlobals<GlobalOptions>();
  return json === true ? 'json' : output;
}

export const jsonOption = ['--json', 'the same as -o json'] as const;

/** What a header can carry; which names there are is the server's to say. */
function parseActor(name: string): string {
  if (/^[\x21-\x7e]*$/.test(name)) return name;
  throw new InvalidArgumentError('It must be letters, digits, "_", ".", "@" and "-".');
}

/** COC_ACTOR set to nothing is not set; --as with nothing is a script whose variable is empty, and must not act as another. */
function actorOf(command: Command): string | undefined {
  const { as } = command.optsWithGlobals<GlobalOptions>();
  if (as !== '') return as;
  if (command.getOptionValueSourceWithGlobals('as') === 'env') return undefined;
  throw new CliFailure({ exitCode: exitCode.usage, message: '--as names nobody', next: 'give a name: --as NAME' });
}

export async function openApi(cli: Cli, command: Command): Promise<CocClient> {
  const { url, apiKey } = command.optsWithGlobals<GlobalOptions>();
  const server = await findServer({
    option: url === undefined ? undefined : { url, name: urlOption },
    variable: cli.env.url,
    // A variable that is set to nothing is not set.
    apiKey: apiKey || undefined,
    // The launcher's own default, wherever coc is called from.
    dataDir: cli.env.dataDir ?? join(projectRoot(), '.coc'),
  });
  return new CocClient(server, cli.interrupt, actorOf(command));
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

/** What a later command needs on its command line to meet the same server; empty or ` --url …`. */
export function flagOf({ url, saidBy }: ServerAddress): string {
  return saidBy === urlOption ? ` ${urlOption} ${url}` : '';
}
