import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordedAnswers, startRecordedServer } from './recorded-server.js';

/** Of the tests alone: what they submit is nobody's `@last`. */
const stateHome = join(tmpdir(), `coc-state-${process.pid}`);
const main = join(import.meta.dirname, '../../dist/apps/cli/src/main.js');

export interface SpawnOptions {
  /** The whole environment: nothing of the test's own is passed on. */
  env?: Record<string, string>;
  cwd?: string;
  stdin?: string;
}

export interface CliEnd {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The built `coc` as a real process. `onStderr` sees what is written so far, to signal the child at the right moment. */
export async function runCoc(
  args: readonly string[],
  options: SpawnOptions = {},
  onStderr?: (sofar: string, child: ChildProcess) => void,
): Promise<CliEnd> {
  if (!existsSync(main)) throw new Error(`${main} is missing: build it first with "npm run build"`);
  const { env = {}, cwd } = options;
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { XDG_STATE_HOME: stateHome, ...env },
    stdio: 'pipe',
  });
  const end: CliEnd = { code: null, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (end.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    end.stderr += text;
    onStderr?.(end.stderr, child);
  });
  child.stdin.end(options.stdin ?? '');
  [end.code] = (await once(child, 'close')) as [number | null];
  return end;
}

/** One command against a server with these answers. */
export async function runCocOn(answers: RecordedAnswers, args: readonly string[], options: SpawnOptions = {}) {
  await using server = await startRecordedServer(answers);
  const end = await runCoc([...args, '--url', server.url], options);
  return { ...end, asked: server.asked, url: server.url };
}
