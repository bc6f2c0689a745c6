import { Command } from 'commander';
import { addAuditCommands } from './audit/audit.command.js';
import type { Cli } from './cli.js';
import { addActionsCommands } from './commands/actions.command.js';
import { addApprovalsCommands } from './commands/approvals.command.js';
import { addBudgetCommands } from './commands/budget.command.js';
import { addCheckpointsCommand } from './commands/checkpoints.command.js';
import { addDeleteCommand } from './commands/delete.command.js';
import { addDoctorCommand } from './commands/doctor.command.js';
import { addEndCommands } from './commands/end.command.js';
import { addGlobalOptions } from './commands/global-options.js';
import { addKeysCommands } from './commands/keys.command.js';
import { addListCommand } from './commands/list.command.js';
import { addLogsCommand } from './commands/logs.command.js';
import { addOrderCommands } from './commands/order.command.js';
import { addOutputCommand } from './commands/output.command.js';
import { addReplayCommand } from './commands/replay.command.js';
import { addRetryCommand } from './commands/retry.command.js';
import { addRunCommand } from './commands/run.command.js';
import { addStatusCommand } from './commands/status.command.js';
import { addUpCommand } from './commands/up.command.js';
import { addWatchCommand } from './commands/watch.command.js';
import { projectVersion } from './project-root.js';

const exitCodes = `
Exit codes: 0 ok, 1 unexpected, 2 usage or bad file, 3 server not reachable, 4 not found,
5 the directive ended but is not COMPLETED, 6 it can only go on after a human, 130 detached by Ctrl-C.`;

/** The command tree. Parsing throws CommanderError instead of ending the process. */
export function buildProgram(cli: Cli): Command {
  const program = new Command('coc');
  program
    .description('Chain of Command: hand out directives and see what becomes of them.')
    .version(projectVersion())
    .addHelpText('after', exitCodes)
    .showHelpAfterError('next: see the usage with --help')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: (text) => void cli.stderr.write(text),
    });
  addGlobalOptions(program);
  addUpCommand(program, cli);
  addRunCommand(program, cli);
  addWatchCommand(program, cli);
  addStatusCommand(program, cli);
  addListCommand(program, cli);
  addOutputCommand(program, cli);
  addLogsCommand(program, cli);
  addReplayCommand(program, cli);
  addAuditCommands(program, cli);
  addOrderCommands(program, cli);
  addEndCommands(program, cli);
  addRetryCommand(program, cli);
  addCheckpointsCommand(program, cli);
  addDeleteCommand(program, cli);
  addApprovalsCommands(program, cli);
  addBudgetCommands(program, cli);
  addActionsCommands(program, cli);
  addKeysCommands(program, cli);
  addDoctorCommand(program, cli);
  return program;
}
