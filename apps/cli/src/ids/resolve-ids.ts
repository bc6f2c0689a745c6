import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { openApi } from '../commands/global-options.js';
import { findDirective } from './find-directive.js';

/** What a command calls its argument when it is a directive. */
const directiveArguments = new Set(['id', 'directive']);

/** Before any command: a directive that is named by a part of its id, or as `@last`, is found. */
export function resolveIds(program: Command, cli: Cli): void {
  program.hook('preAction', async (_program, command) => {
    const find = async (given: string): Promise<string> =>
      findDirective(await openApi(cli, command), given, cli.env.stateDir);
    for (const [at, argument] of command.registeredArguments.entries()) {
      const given: unknown = command.processedArgs[at];
      if (typeof given !== 'string') continue;
      if (directiveArguments.has(argument.name())) command.processedArgs[at] = await find(given);
      else if (argument.name() === 'artifact') command.processedArgs[at] = await findOwner(given, find);
      else if (given === '@last') command.processedArgs[at] = await find(given);
    }
    const { directive } = command.opts<{ directive?: string }>();
    if (directive !== undefined && mayAskServer(command, directive))
      command.setOptionValue('directive', await find(directive));
  });
}

/** An artifact is named by its directive and its sum. */
async function findOwner(address: string, find: (given: string) => Promise<string>): Promise<string> {
  const at = address.lastIndexOf('.');
  return at < 0 ? address : `${await find(address.slice(0, at))}${address.slice(at)}`;
}

/** `coc replay` reads files: parts of ids in them are not the server's to find. */
function mayAskServer(command: Command, directive: string): boolean {
  return command.name() !== 'replay' || directive === '@last';
}
