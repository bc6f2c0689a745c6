import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { auditPlaces, loadAuditSettings } from '#libs/config';
import { type Cli, talk } from '../cli.js';
import { formatOf } from '../commands/global-options.js';
import { exitCode } from '../exit-code.js';
import { badFile } from '../input/document.js';
import { dataText, printData, type OutputFormat } from '../output/output-format.js';
import { projectRoot } from '../project-root.js';
import { linesOf, readPieces, traceFiles } from '../replay/trace-text.js';
import { TraceReader } from '../replay/trace.reader.js';
import { type AuditEntry, renderEntry, viewEvent } from './audit-view.js';
import { openVerifyKeys } from './open-verify-keys.js';
import { renderReport } from './render-report.js';
import { scopeOf, verifyTrace } from './verify-trace.js';

interface VerifyOptions {
  json?: boolean;
  keyFile: string[];
  /** False when there shall be none. */
  head?: string | false;
}

const examples = `
SOURCE is a trace folder or one of its files. Without it the trace folder of this installation is read (TRACE_DIR, else out/traces).
The key is COC_AUDIT_KEY, else the file COC_AUDIT_KEY_FILE, else the one in the data folder.

Examples:
  coc audit verify                                         exits 1 when a line was changed, is missing or out of its place
  coc audit verify /backup/traces --head /safe/head.json   a copy of the folder, with the head that was kept elsewhere
  coc audit verify --key-file /safe/key-of-2025            also what was sealed with an earlier key
  coc audit view -o json                                   what became of each attempt`;

export function addAuditCommands(program: Command, cli: Cli): void {
  const audit = program.command('audit').description('Check the seals of the trace, and read it as an audit.');
  audit
    .command('verify')
    .description('Check that no line of the trace was changed, taken out or moved since it was written.')
    .argument('[source]')
    .option(
      '--key-file <file>',
      'a key to check with; may be given again',
      (file, files: string[]) => [...files, file],
      [],
    )
    .option('--head <file>', 'the head of this trace (default: COC_AUDIT_HEAD, else the one in the data folder)')
    .option('--no-head', 'do not look whether lines were cut off the end')
    .option('--json', 'the same as -o json')
    .addHelpText('after', examples)
    .action((source: string | undefined, options: VerifyOptions, command: Command) =>
      verify(cli, source ?? ownTrace(cli), options, formatIn(options, command)),
    );
  audit
    .command('view')
    .description('Print what became of each attempt, one line an event.')
    .argument('[source]')
    .option('--json', 'the same as -o json')
    .action((source: string | undefined, options: { json?: boolean }, command: Command) =>
      view(cli, source ?? ownTrace(cli), formatIn(options, command)),
    );
}

const formatIn = (options: { json?: boolean }, command: Command): OutputFormat =>
  options.json === true ? 'json' : formatOf(command);

const ownTrace = (cli: Cli): string => cli.env.traceDir ?? join(projectRoot(), 'out', 'traces');

async function verify(cli: Cli, source: string, { keyFile, head }: VerifyOptions, format: OutputFormat): Promise<void> {
  const settings = loadAuditSettings();
  const report = await reading(source, async () => {
    const scope = await scopeOf(source);
    const dataDir = cli.env.dataDir ?? join(projectRoot(), '.coc');
    const places = auditPlaces(settings, { dataDir, traceDir: scope.hasBeginning ? source : dirname(source) });
    const keys = await openVerifyKeys({ settings, usual: places.keyFile, given: keyFile });
    // A full file by itself has no end that a head could tell of.
    const usualHead = scope.hasEnd ? places.headFile : undefined;
    return verifyTrace(source, scope, { keys, headPath: head === false ? undefined : (head ?? usualHead) });
  });
  printData(cli, format, report, renderReport);
  if (report.isSound) return;
  cli.exitCode = exitCode.unexpected;
  talk(cli, 'next: see what this means and what to do in docs/audit.md');
}

async function view(cli: Cli, source: string, format: OutputFormat): Promise<void> {
  const entries: AuditEntry[] = [];
  await reading(source, async () => {
    const reader = new TraceReader(source, (note) => talk(cli, note));
    for await (const line of linesOf(readPieces(await traceFiles(source)), (rest) => reader.takeTorn(rest))) {
      const event = reader.take(line);
      // The view needs no event twice, and a folder may hold more than memory does.
      reader.byDirective.clear();
      const entry = event && viewEvent(event);
      if (!entry) continue;
      if (format === 'table') cli.stdout.write(renderEntry(entry));
      else entries.push(entry);
    }
  });
  if (format !== 'table') cli.stdout.write(dataText(format, { items: entries }));
}

/** What the file system says of a trace is told as a fault of SOURCE. */
async function reading<T>(source: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall !== 'string') throw error;
    throw badFile(
      `${source} cannot be read: ${(error as Error).message}`,
      'give a trace folder or a trace file',
      error,
    );
  }
}
