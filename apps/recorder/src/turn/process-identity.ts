import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, told from a later one with the same pid and from one of another machine or container. */
export interface ProcessIdentity {
  pid: number;
  /** When it began, as a word. */
  start: string;
  /** The machine, since its boot, and the container: where `pid` means something. */
  machine: string;
}

function startFromProc(pid: number): { state: string; start: string } {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks; after it come the state (field 3) and, as field 22, the start in clock ticks.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0]!, start: fields[19]! };
}

function startFromPs(pid: number): { state: string; start: string } {
  const line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state = '', ...start] = line.trim().split(/\s+/);
  return { state, start: start.join('-').replaceAll(':', '-') };
}

/** Undefined when there is no such process, or only its corpse. */
function startOf(pid: number): string | undefined {
  try {
    const { state, start } = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
    return /^[ZX]/.test(state) ? undefined : start;
  } catch {
    return undefined;
  }
}

function machineName(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

export function ownIdentity(): ProcessIdentity {
  const machine = createHash('sha256').update(machineName()).digest('hex').slice(0, 16);
  return { pid: process.pid, start: startOf(process.pid) ?? 'unknown', machine };
}

/** True only when it can be known: of a process of another machine nothing is. */
export function isDead(other: ProcessIdentity, own: ProcessIdentity): boolean {
  return other.machine === own.machine && startOf(other.pid) !== other.start;
}
