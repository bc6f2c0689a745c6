import { Argument, type Command } from 'commander';
import type { Cli } from '../cli.js';
import { completionScript, shells, type Shell } from '../complete/completion-script.js';

export function addCompletionCommand(program: Command, cli: Cli): void {
  program
    .command('completion')
    .summary('Print a script that completes commands in your shell.')
    .description('Print the script; for bash: eval "$(coc completion bash)", for fish: coc completion fish | source')
    .addArgument(new Argument('<shell>').choices(shells))
    .action((shell: Shell) => void cli.stdout.write(completionScript(program, shell)));
}
