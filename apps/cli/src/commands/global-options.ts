import { join } from 'node:path';
import { CocClient, type ServerAddress, findServer } from '#libs/client';
import { type Command, Option } from 'commander';
import type { Cli } from '../cli.js';
import type { OutputFormat } from '../output/output-format.js';
import { projectRoot } from '../project-root.js';

interface GlobalOptions {
  url?: string;
  output: OutputFormat;
}

const urlOption = '--url';

export function addGlobalOptions(program: Command): void {
  program.option(
    `${urlOption} <url>`,
    'address of the server (default: COC_URL, else the running server of this folder)',
  );
  const format = new Option('-o, --output <format>', 'form of what goes to stdout');
  program.addOption(format.choices(['table', 'json']).default('table'));
}

export function formatOf(command: Command): OutputFormat {
  return command.optsWithGlobals<GlobalOptions>().output;
}

export async function openApi(cli: Cli, command: Command): Promise<CocClient> {
  const { url } = command.optsWithGlobals<GlobalOptions>();
  const server = await findServer({
    option: url === undefined ? undefined : { url, name: urlOption },
    variable: cli.env.url,
    // The launcher's own default, wherever coc is called from.
    dataDir: cli.env.dataDir ?? join(projectRoot(), '.coc'),
  });
  return new CocClient(server, cli.interrupt);
}

/** What a later command needs on its command line to meet the same server; empty or ` --url …`. */
export function flagOf({ url, saidBy }: ServerAddress): string {
  return saidBy === urlOption ? ` ${urlOption} ${url}` : '';
}
