import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

// A lock is a folder of claims, one file a process, named `<label>.<pid>.<start of the process>.<nonce>`. Who claims first
// and looks second sees everybody who came before, so two can both step back but never both hold. A dead claim is
// removed by its unique name, so that taking over from a killed process has no race either.

function startFromProc(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold blanks; after it come the state (field 3) and, as field 22, the start in clock ticks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], start: fields[19] };
}

function startFromPs(pid) {
  const line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  const [state, ...start] = line.trim().split(/\s+/);
  return { state, start: start.join('-').replaceAll(':', '-') };
}

/** When the process began, as a word that tells it from a later one with the same pid; null when it is gone. */
function startOf(pid) {
  try {
    const { state, start } = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
    return /^[ZX]/.test(state) ? null : start;
  } catch {
    return null;
  }
}

const removeFile = (path) => rmSync(path, { force: true });

function parseClaim(folder, file) {
  const [label, pid, start] = file.split('.');
  return { label, pid: Number(pid), start, file, path: join(folder, file) };
}

/** True while the very process that claimed is running. */
export const isAlive = (claimed) => startOf(claimed.pid) === claimed.start;

/** Enters a running process of ours into the folder; `release` takes the claim back. */
export function claim(folder, pid, label) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${label}.${pid}.${startOf(pid)}.${randomBytes(6).toString('hex')}`);
  writeFileSync(path, '');
  return { path, release: () => removeFile(path) };
}

/** The claims of processes that are running; those of the dead are removed. */
export function liveClaims(folder) {
  mkdirSync(folder, { recursive: true });
  const claims = readdirSync(folder).map((file) => parseClaim(folder, file));
  for (const dead of claims.filter((it) => !isAlive(it))) removeFile(dead.path);
  return claims.filter(isAlive);
}

/**
 * Takes the lock, waiting up to `patienceMs` for others; `onWait` is told once, with the pid of the holder.
 * Returns `{ release }`, or `{ heldBy }` when patience ended.
 */
export async function lock(folder, { patienceMs = Infinity, onWait = () => {} } = {}) {
  const giveUpAt = Date.now() + patienceMs;
  for (let isFirst = true; ; isFirst = false) {
    const mine = claim(folder, process.pid, 'lock');
    const other = liveClaims(folder).find((it) => it.path !== mine.path);
    if (!other) return mine;
    mine.release();
    if (Date.now() >= giveUpAt) return { heldBy: other.pid };
    if (isFirst) onWait(other.pid);
    // Random, so that two who stepped back from each other do not meet again.
    await delay(20 + Math.random() * 80);
  }
}

/** Runs `work` while holding the lock. */
export async function withLock(folder, options, work) {
  const held = await lock(folder, options);
  try {
    return await work();
  } finally {
    held.release();
  }
}
