import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

type Environment = Record<string, string>;

/** A child process whose lines can be waited for. */
export class Spawned {
  readonly lines: string[] = [];
  readonly errors: string[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(readonly child: ChildProcess) {
    this.collect('stdout', this.lines);
    this.collect('stderr', this.errors);
    child.on('exit', () => this.wake());
  }

  static start(command: string, args: readonly string[], env: Environment = {}, cwd?: string): Spawned {
    const options = { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] as const };
    return new Spawned(spawn(command, args, { ...options, stdio: [...options.stdio], ...(cwd && { cwd }) }));
  }

  /** As a person at a fresh terminal would: nothing of the npm script that we run under. */
  static startAfresh(command: string, args: readonly string[], env: Environment, cwd: string): Spawned {
    const variables = Object.entries(process.env).filter(([name]) => !/^(npm_|COC_|INIT_CWD|NODE)/.test(name));
    const path = (process.env['PATH'] ?? '').split(':').filter((part) => !part.includes('node_modules'));
    const fresh = { ...Object.fromEntries(variables), PATH: path.join(':'), ...env };
    return new Spawned(spawn(command, args, { env: fresh, cwd, stdio: ['ignore', 'pipe', 'pipe'] }));
  }

  /** The first line, of either stream, that fits; throws when the process ends before or the time is over. */
  async line(pattern: RegExp, timeoutMs = 45_000): Promise<string> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = [...this.lines, ...this.errors].find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || performance.now() > deadline) throw this.unheard(pattern);
      await this.change(deadline - performance.now());
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** The exit code, or the name of the signal that ended it. */
  async ended(): Promise<number | string> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode ?? this.child.signalCode ?? 'unknown';
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  private collect(name: 'stdout' | 'stderr', lines: string[]): void {
    createInterface({ input: this.child[name]! }).on('line', (line) => {
      lines.push(line);
      this.wake();
    });
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  private async change(withinMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.waiting.add(resolve);
    const timer = setTimeout(resolve, Math.max(1, withinMs));
    await promise;
    clearTimeout(timer);
  }

  private unheard(pattern: RegExp): Error {
    return new Error(
      `never heard ${String(pattern)}; heard:\n${[...this.lines, ...this.errors].slice(-30).join('\n')}`,
    );
  }
}
