import { type Command, Option } from 'commander';
import type { DirectiveView, TaskView } from '#libs/contracts';
import type { CocApi } from '../api/coc-api.js';
import type { Cli } from '../cli.js';
import { formatDuration } from '../output/duration.js';
import { type OutputFormat, printData } from '../output/output-format.js';
import { printable } from '../output/printable.js';
import { renderTable } from '../output/table.js';
import { isAtRest } from '../progress/follow-directive.js';
import { renderTree } from '../progress/render-tree.js';
import { isFinalTask } from '../progress/task-tree.js';
import { describeWait } from '../progress/wait-reason.js';
import { formatOf, openApi } from './global-options.js';
import { seeThrough } from './see-through.js';

interface StatusOptions {
  watch?: boolean;
  why?: boolean;
}

interface Status {
  directive: DirectiveView;
  tasks: TaskView[];
}

const examples = `
Examples:
  coc status d0_01JZZ… --watch    follow it; the final state is printed on stdout
  coc status d0_01JZZ… --why      what each task waits for, since when and until when`;

export function addStatusCommand(program: Command, cli: Cli): void {
  program
    .command('status')
    .summary('Show a directive and its tasks.')
    .description('Show where a directive stands, task by task.')
    .argument('<id>')
    .option('--watch', 'follow it to its end, then print its final state')
    .addOption(new Option('--why', 'for each task that is not final: what it waits for').conflicts('watch'))
    .addHelpText('after', examples)
    .action(async (id: string, options: StatusOptions, command: Command) => {
      const api = await openApi(cli, command);
      const format = formatOf(command);
      if (options.watch) return watch(cli, api, id, format);
      const status = await loadStatus(api, id);
      if (!options.why) return printData(cli, format, status, (it) => treeText(cli, it));
      const waiting = { ...status, tasks: status.tasks.filter((task) => !isFinalTask(task)) };
      return printData(cli, format, waiting, whyText);
    });
}

async function loadStatus(api: CocApi, id: string): Promise<Status> {
  const directive = await api.getDirective(id);
  return { directive, tasks: await api.listTasks(id) };
}

async function watch(cli: Cli, api: CocApi, id: string, format: OutputFormat): Promise<void> {
  // Asked once without patience: a wrong id or no server at all is told at once.
  await api.getDirective(id);
  const directive = await seeThrough(cli, api, id, true);
  if (directive === undefined) return;
  if (format === 'json') printData(cli, format, await loadStatus(api, id), () => '');
  else cli.stdout.write(`${directive.state}\n`);
}

/** Unlike the live view it is not capped to the height: what scrolls away can be scrolled back. */
function treeText(cli: Cli, { directive, tasks }: Status): string {
  const { isTTY = false } = cli.stdout;
  const columns = isTTY ? cli.stdout.columns || 80 : Infinity;
  const frame = { now: Date.now(), columns, rows: Infinity, color: isTTY && cli.env.color };
  return `${renderTree(directive, tasks, frame).join('\n')}\n`;
}

function whyText({ directive, tasks }: Status): string {
  if (tasks.length > 0)
    return renderTable(['TASK', 'STATE', 'WAITS FOR', 'SINCE', 'UNTIL', 'OWNER'], tasks.map(whyRow));
  const { id, state } = directive;
  if (isAtRest(directive)) return `${id} is ${state}: nothing waits\n`;
  const error = directive.error ? `: ${printable(directive.error.message)}` : '';
  return `${id} is ${state}${error} and no task waits; it goes on when its plan is decided or reviewed\n`;
}

function whyRow(task: TaskView): string[] {
  const { id, state, waitingOn, since, deadline, owner } = task;
  const span = since === null ? '' : ` (${formatDuration(Date.now() - Date.parse(since))})`;
  return [
    id,
    state,
    waitingOn === null ? '-' : describeWait(waitingOn),
    `${since ?? '-'}${span}`,
    deadline ?? 'no limit of its own',
    owner ?? '-',
  ];
}
