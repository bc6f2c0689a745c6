import { type Command, Option } from 'commander';
import { CocApi } from '../api/coc-api.js';
import { findServer } from '../api/server-address.js';
import type { Cli } from '../cli.js';
import type { OutputFormat } from '../output/output-format.js';

interface GlobalOptions {
  url?: string;
  output: OutputFormat;
}

export function addGlobalOptions(program: Command): void {
  program.option('--url <url>', 'address of the server (default: COC_URL, else the running server of this folder)');
  const format = new Option('-o, --output <format>', 'form of what goes to stdout');
  program.addOption(format.choices(['table', 'json']).default('table'));
}

export function formatOf(command: Command): OutputFormat {
  return command.optsWithGlobals<GlobalOptions>().output;
}

export async function openApi(cli: Cli, command: Command): Promise<CocApi> {
  const { url } = command.optsWithGlobals<GlobalOptions>();
  return new CocApi(await findServer(url, cli.env), cli.interrupt);
}
