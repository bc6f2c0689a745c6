import { join } from 'node:path';
import type { Command } from 'commander';
import { type DirectiveEvent, isDirectiveId } from '#libs/contracts';
import { type Cli, talk } from '../cli.js';
import { exitCode } from '../exit-code.js';
import { dataText, type OutputFormat } from '../output/output-format.js';
import { projectRoot } from '../project-root.js';
import { restingStates } from '../progress/fold-directive.js';
import { type StorySource, serverSource, traceSource } from '../replay/story-source.js';
import { renderHead, renderStep, renderStory, renderSummary } from '../story/render-story.js';
import { type Story, storyVersion } from '../story/story.js';
import { tellStory } from '../story/tell-story.js';
import { formatOf, jsonOption, openApi } from './global-options.js';

interface ReplayOptions {
  directive?: string;
  follow?: boolean;
}

const examples = `
SOURCE is the id of a directive, whose events the server has; a trace file or a folder of them; or "-" for stdin.
Without it the trace file of this installation is read (TRACE_DIR, else out/traces).

Examples:
  coc replay d0_01JZZ…                                   one directive, from the server
  coc replay out/traces/events.jsonl                     every directive in the file, one after the other
  coc replay out/traces --directive d0_01JZZ…            also from the full files that the recorder set aside
  coc replay d0_01JZZ… --follow                          goes on until it is at rest`;

export function addReplayCommand(program: Command, cli: Cli): void {
  program
    .command('replay')
    .summary('Tell what happened, step by step, and what each task waited for.')
    .description('Tell the story of a directive from its events: every step in order, then what became of each task.')
    .argument('[source]')
    .option('--directive <id>', 'only this one of a trace')
    .option('--follow', 'go on with what happens until the directive is at rest')
    .option(...jsonOption)
    .addHelpText('after', examples)
    .action(async (source: string | undefined, options: ReplayOptions, command: Command) => {
      const format = formatOf(command);
      const stories = await openSource(cli, source, options, command);
      await (options.follow ? follow(cli, stories, format) : tell(cli, stories, format, isLive(source)));
    });
}

const isLive = (source: string | undefined): boolean => source !== undefined && isDirectiveId(source);

async function openSource(
  cli: Cli,
  source: string | undefined,
  { directive }: ReplayOptions,
  command: Command,
): Promise<StorySource> {
  if (source !== undefined && isDirectiveId(source)) return serverSource(cli, await openApi(cli, command), source);
  const folder = cli.env.traceDir ?? join(projectRoot(), 'out', 'traces');
  return traceSource(cli, source ?? join(folder, 'events.jsonl'), directive);
}

async function tell(cli: Cli, source: StorySource, format: OutputFormat, isNow: boolean): Promise<void> {
  const asOf = isNow ? Date.now() : undefined;
  const told = [...(await source.readAll()).values()].filter((events) => events.length > 0);
  const stories = told.map((events) => tellStory(events, asOf));
  cli.stdout.write(format === 'table' ? stories.map(renderStory).join('\n') : documentOf(format, stories));
  if (stories.length === 0) talk(cli, 'there are no events yet');
}

async function follow(cli: Cli, source: StorySource, format: OutputFormat): Promise<void> {
  const events: DirectiveEvent[] = [];
  try {
    for await (const event of source.follow()) {
      events.push(event);
      if (format === 'table') tellStep(cli, events);
      if (restingStates[event.type] !== undefined) break;
    }
  } catch (error) {
    if (!cli.interrupt.aborted) throw error;
  }
  const story = events.length > 0 ? tellStory(events, Date.now()) : undefined;
  if (cli.interrupt.aborted && !story?.isOver) return detach(cli, story);
  if (!story) return talk(cli, 'there are no events yet');
  cli.stdout.write(format === 'table' ? renderSummary(story) : documentOf(format, [story]));
  if (source.explainStop()) return;
  if (story.state !== 'COMPLETED') cli.exitCode = exitCode.notCompleted;
}

function tellStep(cli: Cli, events: readonly DirectiveEvent[]): void {
  const [first, event] = [events[0]!, events.at(-1)!];
  if (events.length === 1) cli.stdout.write(renderHead(tellStory(events)));
  const atMs = Math.max(0, Date.parse(event.timestamp) - Date.parse(first.timestamp));
  cli.stdout.write(`${renderStep({ atMs, event })}\n`);
}

function detach(cli: Cli, story: Story | undefined): void {
  cli.exitCode = exitCode.detached;
  talk(cli, story ? `detached; ${story.directive} goes on` : 'detached');
  if (story) talk(cli, `next: come back with "coc replay ${story.directive} --follow"`);
}

function documentOf(format: Exclude<OutputFormat, 'table'>, stories: readonly Story[]): string {
  return dataText(format, format === 'jsonl' ? { items: stories } : { schemaVersion: storyVersion, stories });
}
