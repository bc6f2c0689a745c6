import { type Command, Option } from 'commander';
import type { CocClient } from '#libs/client';
import type { DirectiveView, TaskView } from '#libs/contracts';
import type { Cli } from '../cli.js';
import { printData } from '../output/output-format.js';
import { readChildren, renderChildren } from '../progress/children.js';
import { renderTree } from '../progress/render-tree.js';
import { isFinalTask } from '../progress/task-tree.js';
import { explainWaits } from '../waits/explain-waits.js';
import { askerOf } from '../waits/wait-advice.js';
import { formatOf, openApi } from './global-options.js';
import { watch } from './watch.command.js';

interface StatusOptions {
  watch?: boolean;
  why?: boolean;
}

interface Status {
  directive: DirectiveView;
  tasks: TaskView[];
}

interface FamilyStatus extends Status {
  children: DirectiveView[];
}

const examples = `
Examples:
  coc status d0_01JZZ… --watch    follow it; the final state is printed on stdout
  coc status d0_01JZZ… --why      what each task waits for, since when and until when, and what would free it`;

export function addStatusCommand(program: Command, cli: Cli): void {
  program
    .command('status')
    .summary('Show a directive and its tasks.')
    .description('Show where a directive stands, task by task.')
    .argument('<id>')
    .option('--watch', 'follow it to its end, then print its final state')
    .addOption(
      new Option('--why', 'for each task that is not final: what it waits for, and what frees it').conflicts('watch'),
    )
    .addHelpText('after', examples)
    .action(async (id: string, options: StatusOptions, command: Command) => {
      const api = await openApi(cli, command);
      const format = formatOf(command);
      const loadFamily = async () => ({ ...(await loadStatus(api, id)), children: await readChildren(api, id) });
      if (options.watch) return watch(cli, api, id, format, loadFamily);
      if (!options.why) return printData(cli, format, await loadFamily(), (it) => familyText(cli, it));
      const status = await loadStatus(api, id);
      const tasks = status.tasks.filter((task) => !isFinalTask(task));
      return explainWaits(cli, format, { ...status, tasks }, askerOf(api));
    });
}

const mostReads = 3;

/** Directive and tasks of one moment; of one that changes all the time, the third try. */
async function loadStatus(api: CocClient, id: string): Promise<Status> {
  let directive = await api.getDirective(id);
  for (let read = 1; ; read++) {
    const tasks = await api.listTasks(id);
    const after = await api.getDirective(id);
    if (after.lastSeq === directive.lastSeq || read === mostReads) return { directive: after, tasks };
    directive = after;
  }
}

/** Unlike the live view it is not capped to the height: what scrolls away can be scrolled back. */
function familyText(cli: Cli, { directive, tasks, children }: FamilyStatus): string {
  const { isTTY = false } = cli.stdout;
  const columns = isTTY ? cli.stdout.columns || 80 : Infinity;
  const frame = { now: Date.now(), columns, rows: Infinity, color: isTTY && cli.env.color };
  return `${renderTree(directive, tasks, frame).join('\n')}\n${renderChildren(children)}`;
}
