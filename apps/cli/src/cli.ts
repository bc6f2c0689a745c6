import type { CliEnv } from '#libs/config';

/** What a stream must offer to be written to; `isTTY`, `columns` and `rows` are absent on a pipe or a file. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** What a command touches of its process, so that it also runs inside a test or another program. */
export interface CliProcess {
  readonly stdin: AsyncIterable<Buffer | string> & { readonly isTTY?: boolean };
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Aborts when the user presses Ctrl-C. */
  readonly interrupt: AbortSignal;
}

export interface Cli extends CliProcess {
  readonly env: CliEnv;
  exitCode: number;
}

/** Talk is for people and goes to stderr; data goes to stdout. */
export function talk(cli: Pick<CliProcess, 'stderr'>, line: string): void {
  cli.stderr.write(`${line}\n`);
}
