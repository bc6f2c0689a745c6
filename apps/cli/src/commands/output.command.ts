import type { Command } from 'commander';
import { restingDirectiveStates } from '#libs/contracts';
import type { Cli } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { jsonText, printData } from '../output/output-format.js';
import { flagOf, formatOf, openApi } from './global-options.js';
import { explainEnd } from './see-through.js';

export function addOutputCommand(program: Command, cli: Cli): void {
  program
    .command('output')
    .description('Print the output of a directive as JSON.')
    .argument('<id>')
    .action((id: string, _options: object, command: Command) => printOutput(cli, id, command));
}

async function printOutput(cli: Cli, id: string, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const view = await api.getOutput(id);
  if (!restingDirectiveStates.includes(view.state)) {
    throw new CliFailure({
      exitCode: exitCode.unexpected,
      message: `${id} is ${view.state}: it has no output yet`,
      next: `follow it with "coc status ${id} --watch${flagOf(api.server)}"`,
    });
  }
  printData(cli, formatOf(command), view, ({ output }) => jsonText(output));
  if (view.state !== 'COMPLETED') explainEnd(cli, { id, state: view.state });
}
