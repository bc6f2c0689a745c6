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
import { addArtifactCommand } from './commands/artifact.command.js';
import { addChildrenCommand } from './commands/children.command.js';
import { addCompletionCommand } from './commands/completion.command.js';
import { addEventsCommand } from './commands/events.command.js';
import { addPlanCommand } from './commands/plan.command.js';
import { addServiceCommands } from './commands/service.commands.js';
import { addTaskCommands } from './commands/task.command.js';
import { addWebhooksCommands } from './commands/webhooks.command.js';
import { resolveIds } from './ids/resolve-ids.js';
import { projectVersion } from './project-root.js';

const exitCodes = `
A directive is named by its id, by the beginning or the last characters (4 or more) of it, or as @last.

Exit codes: 0 ok, 1 unexpected, 2 usage or bad file, 3 server not reachable, 4 not found,
5 the directive ended but is not COMPLETED, 6 it can only go on after a human, 7 not at rest within --timeout,
8 no good key or token, 130 detached by Ctrl-C.`;

/** As `coc --help` shows them. */
const commandGroups: Record<string, ((program: Command, cli: Cli) => void)[]> = {
  'Start here:': [addUpCommand, addDoctorCommand],
  'Directives:': [
    addRunCommand,
    addPlanCommand,
    addWatchCommand,
    addStatusCommand,
    addListCommand,
    addOutputCommand,
    addChildrenCommand,
    addDeleteCommand,
  ],
  'Orders about a directive:': [addOrderCommands, addEndCommands, addRetryCommand, addCheckpointsCommand],
  'Tasks:': [addTaskCommands, addLogsCommand, addArtifactCommand],
  'What happened:': [addEventsCommand, addReplayCommand, addAuditCommands],
  'Humans and money:': [addApprovalsCommands, addBudgetCommands],
  'The installation:': [
    addServiceCommands,
    addActionsCommands,
    addKeysCommands,
    addWebhooksCommands,
    addCompletionCommand,
  ],
};

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
  resolveIds(program, cli);
  for (const [heading, commands] of Object.entries(commandGroups)) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, cli);
  }
  return program;
}
