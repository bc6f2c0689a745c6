import type { TaskDetail } from '#libs/contracts';
import type { Command } from 'commander';
import type { Cli } from '../cli.js';
import { readDocument } from '../input/document.js';
import { printData, yamlText } from '../output/output-format.js';
import { printPage } from '../output/print-page.js';
import { formatOf, openApi, parseCount } from './global-options.js';

const taskArgument = ['<task>', "id of the task; a spread one is quoted: 'embed[3]'"] as const;

interface ListOptions {
  limit: number;
  cursor?: string;
  state?: string[];
}

interface OrderOptions {
  comment?: string;
}

interface CompleteOptions extends OrderOptions {
  outputFile: string;
}

export function addTaskCommands(program: Command, cli: Cli): void {
  const task = program.command('task').description('Look at one task of a directive, or order something about it.');
  addReads(task, cli);
  addOrders(task, cli);
}

function addReads(task: Command, cli: Cli): void {
  task
    .command('list')
    .description('List the tasks of a directive.')
    .argument('<id>')
    .option('--state <states...>', 'only those in these states')
    .option('--limit <count>', 'how many at most', parseCount, 500)
    .option('--cursor <cursor>', 'where the list before it ended')
    .action((id: string, options: ListOptions, command: Command) => list(cli, id, options, command));
  task
    .command('get')
    .description('Show a task with what it depends on and, in a sentence, why it waits.')
    .argument('<id>')
    .argument(...taskArgument)
    .action((id: string, taskId: string, _options: object, command: Command) =>
      show(cli, command, async (api) => api.call('getTask', { id, taskId })),
    );
  task
    .command('why')
    .description('Say what a task waits for, since when and until when.')
    .argument('<id>')
    .argument(...taskArgument)
    .action((id: string, taskId: string, _options: object, command: Command) =>
      show(cli, command, async (api) => api.call('explainTask', { id, taskId })),
    );
  task
    .command('dependencies')
    .description('List the tasks that it depends on, with their states.')
    .argument('<id>')
    .argument(...taskArgument)
    .action(async (id: string, taskId: string, _options: object, command: Command) => {
      const api = await openApi(cli, command);
      printPage(cli, command, api, await api.call('listDependencies', { id, taskId }), {
        columns: ['TASK', 'STATE'],
        row: (each) => [each.id, each.state],
        none: `${taskId} depends on nothing`,
      });
    });
}

const orders = {
  skipTask: ['skip', 'Leave a task out; those that need it are left out too.'],
  retryTask: ['retry', 'Try a task again now, without waiting for its time.'],
} as const;

function addOrders(task: Command, cli: Cli): void {
  for (const [operation, [verb, description]] of Object.entries(orders)) {
    task
      .command(verb)
      .description(description)
      .argument('<id>')
      .argument(...taskArgument)
      .option('--comment <text>', 'why; it stands in the event')
      .action(async (id: string, taskId: string, { comment }: OrderOptions, command: Command) => {
        const api = await openApi(cli, command);
        const body = comment === undefined ? {} : { comment };
        printTask(cli, command, await api.call(operation as keyof typeof orders, { id, taskId, body }));
      });
  }
  task
    .command('complete-with')
    .description('Say that a task succeeded, with the output in FILE (JSON or YAML, "-" for stdin).')
    .argument('<id>')
    .argument(...taskArgument)
    .argument('<file>')
    .option('--comment <text>', 'why; it stands in the event')
    .action(async (id: string, taskId: string, file: string, { comment }: CompleteOptions, command: Command) => {
      const api = await openApi(cli, command);
      const body = { output: await readDocument(cli, file), ...(comment === undefined ? {} : { comment }) };
      printTask(cli, command, await api.call('completeTask', { id, taskId, body }));
    });
}

async function list(cli: Cli, id: string, { limit, cursor, state }: ListOptions, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  const page = await api.call('listTasks', { id, limit, cursor, state } as never);
  printPage(cli, command, api, page, {
    columns: ['TASK', 'ACTION', 'STATE', 'ATTEMPT', 'WAITS FOR'],
    row: (each) => [
      each.id,
      each.action,
      each.state,
      `${each.attempt}/${each.maxAttempts}`,
      each.waitingOn === null ? '-' : `${each.waitingOn.kind} ${each.waitingOn.ref}`,
    ],
    none: 'no tasks on this page',
    next: `coc task list ${id} --limit ${limit}`,
  });
}

async function show(
  cli: Cli,
  command: Command,
  read: (api: Awaited<ReturnType<typeof openApi>>) => Promise<unknown>,
): Promise<void> {
  printData(cli, formatOf(command), await read(await openApi(cli, command)), yamlText);
}

function printTask(cli: Cli, command: Command, task: TaskDetail): void {
  printData(cli, formatOf(command), task, ({ id, state }) => `${id} ${state}\n`);
}
