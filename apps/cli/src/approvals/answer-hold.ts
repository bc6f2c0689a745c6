import type { CocClient } from '#libs/client';
import type { HoldView } from '#libs/contracts';
import type { Command } from 'commander';
import { type Cli, talk } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { formatOf, openApi } from '../commands/global-options.js';
import { exitCode } from '../exit-code.js';
import { readDocument } from '../input/document.js';
import { printData } from '../output/output-format.js';
import { findHold } from './find-hold.js';
import { renderHold } from './render-hold.js';

export const scopes = ['task', 'directive', 'action'] as const;
export const resolutions = ['retry', 'complete', 'fail'] as const;
type Resolution = (typeof resolutions)[number];

export interface ApproveOptions {
  comment: string;
  digest?: string;
  input?: string;
  scope: (typeof scopes)[number];
  /** Milliseconds. */
  for?: number;
}

export interface ResolveOptions {
  comment: string;
  outputFile?: string;
}

/** Without a digest the hold is shown as it is now, and that is what is approved. */
export async function approve(cli: Cli, name: string, options: ApproveOptions, command: Command): Promise<void> {
  const { comment, scope, for: forMs } = options;
  if (forMs !== undefined && scope !== 'action') throw misused('--for says how long a grant of --scope action holds');
  const input = options.input === undefined ? {} : { input: await readDocument(cli, options.input) };
  const api = await openApi(cli, command);
  const hold = await findHold(api, name);
  if (options.digest === undefined && hold.decision === null) cli.stderr.write(renderHold(hold));
  const digest = options.digest ?? hold.digest;
  const time = forMs === undefined ? {} : { forMs };
  printAnswered(cli, command, await api.approveHold(hold.id, { digest, comment, scope, ...time, ...input }));
  if (scope === 'action') talk(cli, `next: take it back with "coc approvals revoke ${hold.action}"`);
}

export async function deny(cli: Cli, name: string, comment: string, command: Command): Promise<void> {
  const api = await openApi(cli, command);
  printAnswered(cli, command, await api.denyHold(await idOf(api, name), comment));
}

export async function resolve(
  cli: Cli,
  name: string,
  decision: Resolution,
  { comment, outputFile }: ResolveOptions,
  command: Command,
): Promise<void> {
  const isComplete = decision === 'complete';
  if (isComplete !== (outputFile !== undefined))
    throw misused(
      isComplete ? 'to complete a task give its output with --output-file' : '--output-file is for "complete"',
    );
  const output = outputFile === undefined ? {} : { output: await readDocument(cli, outputFile) };
  const api = await openApi(cli, command);
  const id = await idOf(api, name);
  await api.resolveHold(id, { decision, comment, ...output });
  printData(cli, formatOf(command), { id, decision }, () => `${id} resolved: ${decision}\n`);
}

async function idOf(api: CocClient, name: string): Promise<string> {
  return (await findHold(api, name)).id;
}

function printAnswered(cli: Cli, command: Command, hold: HoldView): void {
  const { decision } = hold;
  const by = decision === null ? 'answered' : `${decision.state} by ${decision.by}`;
  printData(cli, formatOf(command), hold, ({ id, task }) => `${id} ${by}: ${task}\n`);
}

function misused(message: string): CliFailure {
  return new CliFailure({ exitCode: exitCode.usage, message, next: 'see the usage with --help' });
}
