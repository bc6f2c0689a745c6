import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { clockMs } from '../run/clock.js';
import { environmentWith } from './process-environment.js';

export const roles = [
  'orchestrator',
  'executor',
  'worker',
  'foreign-worker',
  'recorder',
  'tenant-door',
  'witness',
] as const;
export type Role = (typeof roles)[number];

/** How a process is started. A fault may add to it before each start. */
export interface Launch {
  nodeArgs: string[];
  env: Record<string, string>;
}

/** One life of a kept process. `by`: who ended it. */
export interface Life {
  name: string;
  role: Role;
  pid: number;
  startedAtMs: number;
  endedAtMs: number | null;
  by: 'fault' | 'rig' | 'itself' | null;
  /** Exit code, or the signal's name. */
  end: string | null;
}

interface KeptSettings {
  role: Role;
  slot: number;
  /** A file of dist/ and its arguments. */
  command: readonly string[];
  /** Standard output and errors of all its lives. */
  logFile: string;
  launch: () => Launch;
  onEnd: (life: Life) => void;
}

const respawnMs = { atOnce: 50, afterShortLife: 500 };
const shortLifeMs = 2_000;

/** A process of the product that is started again whenever it ends, until `stop`. */
export class KeptProcess {
  readonly lives: Life[] = [];
  readonly name: string;
  private child: ChildProcess | undefined;
  private isWanted = false;
  private isPaused = false;
  private endedBy: Life['by'] = null;

  constructor(private readonly settings: KeptSettings) {
    this.name = `${settings.role}-${settings.slot}`;
  }

  get role(): Role {
    return this.settings.role;
  }

  /** 0 between two lives. */
  get pid(): number {
    return this.child?.pid ?? 0;
  }

  start(): void {
    this.isWanted = true;
    this.spawn();
  }

  /** SIGKILL; answers the pid that was killed, or 0 when there was nobody to kill just now. */
  kill(): number {
    const { pid } = this;
    if (pid === 0) return 0;
    this.endedBy = 'fault';
    this.child?.kill('SIGKILL');
    return pid;
  }

  pause(): number {
    const { pid } = this;
    if (pid === 0 || this.isPaused) return 0;
    this.isPaused = true;
    this.child?.kill('SIGSTOP');
    return pid;
  }

  /** Does nothing when that life has ended meanwhile. */
  resume(pid: number): void {
    if (pid !== this.pid) return;
    this.isPaused = false;
    this.child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.isWanted = false;
    const { child } = this;
    if (!child) return;
    this.endedBy = 'rig';
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  private spawn(): void {
    const { command, logFile, launch, role } = this.settings;
    const { nodeArgs, env } = launch();
    const log = openSync(logFile, 'a');
    const child = spawn(process.execPath, [...nodeArgs, ...command], {
      env: environmentWith(env),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const life: Life = {
      name: this.name,
      role,
      pid: child.pid!,
      startedAtMs: clockMs(),
      endedAtMs: null,
      by: null,
      end: null,
    };
    this.lives.push(life);
    this.child = child;
    this.isPaused = false;
    this.endedBy = null;
    child.once('exit', (code, signal) => this.end(life, signal ?? String(code)));
  }

  private end(life: Life, end: string): void {
    Object.assign(life, { endedAtMs: clockMs(), by: this.endedBy ?? 'itself', end });
    this.child = undefined;
    this.settings.onEnd(life);
    if (!this.isWanted) return;
    // A process that refuses to start, for Redis is down, is not started in a loop.
    const isShort = life.by === 'itself' && life.endedAtMs! - life.startedAtMs < shortLifeMs;
    setTimeout(() => this.isWanted && this.spawn(), isShort ? respawnMs.afterShortLife : respawnMs.atOnce);
  }
}
