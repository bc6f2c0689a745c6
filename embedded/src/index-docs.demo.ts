import { z } from 'zod';
import { openProgressView, watchDirective } from '#apps/cli';
import { CocClient } from '#libs/client';
import type { DirectiveView } from '#libs/contracts';
import type { EmbeddedOptions } from './embedded-options.js';

const Output = z.object({
  report: z.object({ documents: z.number(), chunks: z.number(), markdownArtifact: z.string() }),
  answer: z.object({
    answer: z.string(),
    passages: z.array(z.object({ path: z.string(), heading: z.string(), line: z.number() })),
  }),
});

const shownPassages = 3;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printAnswer(question: string, { answer }: z.infer<typeof Output>): void {
  print(`\n${question}`);
  print(`  ${answer.answer.replaceAll('\n', '\n  ')}`);
  for (const { path, line, heading } of answer.passages.slice(0, shownPassages))
    print(`  - ${path}:${line} ${heading}`);
}

function printPlaces(url: string, id: string, output: z.infer<typeof Output> | undefined): void {
  print('');
  if (output) print(`report      npx coc artifact ${id}.${output.report.markdownArtifact}`);
  print(`results     npx coc output ${id}`);
  print(`events      npx coc events ${id}`);
  print(`API         ${url}/api/v1`);
  print(`API docs    ${url}/docs`);
}

/** The main job on real input: index a folder of Markdown, answer a question from it, say where everything is. True when it COMPLETED. */
export async function runDocsDemo(
  { url, ownerKey }: { url: string; ownerKey: string },
  options: EmbeddedOptions,
  screen: { color: boolean; canMoveCursor: boolean },
): Promise<boolean> {
  const stay = new AbortController().signal;
  const api = new CocClient({ url, saidBy: 'this process', apiKey: ownerKey }, stay);
  const { folder, question } = options;
  const { id } = await api.submit({
    workflow: 'docs.index',
    title: 'index a folder of Markdown',
    input: { folder, question },
  });
  const view = openProgressView({ stream: process.stderr, ...screen });
  const directive: DirectiveView | undefined = await watchDirective(api, id, { signal: stay, view });
  const output = Output.safeParse((await api.getOutput(id)).output);
  if (output.success) {
    print(`indexed ${output.data.report.documents} documents in ${output.data.report.chunks} passages from ${folder}`);
    printAnswer(question, output.data);
  } else {
    print(`${directive?.state}: ${directive?.error?.message ?? 'no reason given'}`);
  }
  printPlaces(url, id, output.data);
  return directive?.state === 'COMPLETED';
}
