import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TerminalScreen } from './terminal-screen.js';

const patienceMs = 30_000;

/** A command on a real pseudo-terminal. */
export class PseudoTerminal {
  written = '';
  private readonly child: ChildProcess;
  private height: number;

  constructor(rows: number, columns: number, command: readonly string[]) {
    this.height = rows;
    const script = join(import.meta.dirname, 'pseudo-terminal.py');
    const args = [script, String(rows), String(columns), ...command];
    const env = { ...process.env, TERM: 'xterm-256color', NO_COLOR: '' };
    this.child = spawn('python3', args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.written += text));
  }

  get screen(): string {
    return TerminalScreen.of(this.written, this.height).text;
  }

  /** What was drawn since the screen was last cleared; undefined when it never was. */
  get screenSinceClear(): string | undefined {
    const at = this.written.lastIndexOf('\u001b[2J');
    return at < 0 ? undefined : TerminalScreen.of(this.written.slice(at), this.height).text;
  }

  /** Until the screen shows it. */
  async shows(pattern: RegExp): Promise<string> {
    await this.until(() => pattern.test(this.screen), String(pattern));
    return this.screen;
  }

  async until(isSeen: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + patienceMs;
    while (!isSeen()) {
      if (performance.now() > deadline) throw new Error(`never saw ${what} on:\n${this.screen}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  type(text: string): void {
    this.child.stdin!.write(`type ${Buffer.from(text).toString('hex')}\n`);
  }

  resize(rows: number, columns: number): void {
    this.height = rows;
    this.child.stdin!.write(`resize ${rows} ${columns}\n`);
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null) await once(this.child, 'close');
    return this.child.exitCode;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
