import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { openApi } from '../commands/global-options.js';
import { findDirective } from './find-directive.js';

/** What a command calls its argument when it is a directive. */
const directiveArguments = new Set(['id', 'directive']);

/** Before any command: a directive that is named by a part of its id, or as `@last`, is found. */
export function resolveIds(program: Command, cli: Cli): void {
  program.hook('preAction', async (_program, command) => {
    for (const [at, argument] of command.registeredArguments.entries()) {
      const given: unknown = command.processedArgs[at];
      if (typeof given !== 'string' || !directiveArguments.has(argument.name())) continue;
      command.processedArgs[at] = await findDirective(await openApi(cli, command), given, cli.env.stateDir);
    }
  });
}
