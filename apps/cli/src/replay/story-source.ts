import type { CocClient } from '#libs/client';
import type { DirectiveEvent } from '#libs/contracts';
import { explainStandstill } from '../approvals/explain-standstill.js';
import { type Cli, talk } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { badFile } from '../input/document.js';
import { StandstillWatch } from '../progress/standstill-watch.js';
import { TraceReader } from './trace.reader.js';
import { type TextPieces, followPieces, linesOf, readPieces, traceFiles } from './trace-text.js';

/** Where stories come from: a trace file (or folder, or stdin), or the server's events of one directive. */
export interface StorySource {
  /** What is there now, by directive. */
  readAll(): Promise<ReadonlyMap<string, DirectiveEvent[]>>;
  /** The events of one directive as they come. */
  follow(): AsyncIterable<DirectiveEvent>;
  /** Whether following ended because only a human can let it go on; says so then, and sets the exit code. */
  explainStop(): boolean;
}

export function serverSource(cli: Cli, api: CocClient, id: string): StorySource {
  const standstill = new StandstillWatch(api, id);
  return {
    async readAll() {
      const events: DirectiveEvent[] = [];
      for (let page = await api.listEvents(id, 0); page.items.length > 0;) {
        for (const event of page.items) events.push(event);
        page = await api.listEvents(id, events.at(-1)!.seq);
      }
      return new Map([[id, events]]);
    },
    async *follow() {
      // Asked once without patience: a wrong id or no server at all is told at once.
      await api.getDirective(id);
      const onBreak = (error: Error): void => talk(cli, `${error.message}; trying again`);
      const signal = AbortSignal.any([cli.interrupt, standstill.signal]);
      try {
        for await (const event of api.followEvents(id, { after: 0, signal, onBreak })) {
          standstill.take(event);
          yield event;
        }
      } catch (error) {
        if (standstill.found === undefined) throw error;
      } finally {
        standstill.close();
      }
    },
    explainStop() {
      if (standstill.found === undefined) return false;
      explainStandstill(cli, api, standstill.found.directive, standstill.found.held);
      return true;
    },
  };
}

/** `wanted` picks a directive; to follow without it, the trace may hold only one. */
export function traceSource(cli: Cli, path: string, wanted: string | undefined): StorySource {
  const name = path === '-' ? 'stdin' : path;
  const reader = new TraceReader(name, (note) => talk(cli, note));
  const lines = (pieces: TextPieces) =>
    readable(
      name,
      linesOf(pieces, (text) => reader.takeTorn(text)),
    );
  return {
    async readAll() {
      for await (const line of lines(path === '-' ? cli.stdin : allPieces(path))) reader.take(line);
      if (wanted === undefined) return reader.byDirective;
      const events = reader.byDirective.get(wanted);
      if (events) return new Map([[wanted, events]]);
      throw notInTrace(name, wanted);
    },
    async *follow() {
      let chosen = wanted;
      for await (const line of lines(path === '-' ? cli.stdin : followPieces(path, cli.interrupt))) {
        const event = reader.take(line);
        chosen ??= event?.directiveId;
        if (event?.directiveId === chosen && event) yield event;
        else if (event && wanted === undefined) throw severalIn(name);
      }
    },
    // A trace does not say what depends on what: who follows one waits until it goes on.
    explainStop: () => false,
  };
}

async function* allPieces(path: string): AsyncGenerator<Buffer> {
  yield* readPieces(await traceFiles(path));
}

async function* readable(name: string, lines: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* lines;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') throw error;
    throw badFile(
      `${name} cannot be read: ${(error as Error).message}`,
      'give a trace file or the id of a directive',
      error,
    );
  }
}

function notInTrace(name: string, wanted: string): CliFailure {
  return new CliFailure({
    exitCode: exitCode.notFound,
    message: `${name} has no event of ${wanted}`,
    next: `see what it has with "coc replay ${name}", or ask the server with "coc replay ${wanted}"`,
  });
}

function severalIn(name: string): CliFailure {
  return badFile(`${name} holds several directives, and one at a time can be followed`, 'name it with --directive ID');
}
