import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { canInstall, installRedis, undoKilledInstall } from './apt.mjs';
import { LaunchError } from './talk.mjs';

const FLOOR_MAJOR = 7;
const WAY_OUT = 'install redis-server 7.0 or newer (or valkey-server), or set REDIS_URL to a running one';

/** `Redis server v=7.0.15 sha=...` and `Valkey server v=8.1.1 sha=...`; null when there is no such program. */
async function versionOf(binary) {
  try {
    const { stdout } = await promisify(execFile)(binary, ['--version']);
    return /\bv=(\d+\.\d+[\d.]*)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

const isEnough = (version) => Number.parseInt(version, 10) >= FLOOR_MAJOR;

/** The first server that is new enough; otherwise what was found, for the sentence that says so. */
async function search(names) {
  const tooOld = [];
  for (const binary of names) {
    const version = await versionOf(binary);
    if (version && isEnough(version)) return { binary, tooOld };
    if (version) tooOld.push(`${binary} is ${version}, below 7.0`);
  }
  return { tooOld };
}

async function findNamed(binary) {
  const { binary: found, tooOld } = await search([binary]);
  if (found) return found;
  throw new LaunchError(`COC_REDIS_SERVER: ${tooOld[0] ?? `${binary} does not run`}: ${WAY_OUT}.`);
}

function refuse(tooOld) {
  if (tooOld.length > 0) throw new LaunchError(`${tooOld[0]}: ${WAY_OUT}.`);
}

/**
 * A Redis or Valkey server program >= 7.0: the one COC_REDIS_SERVER names, else on PATH, else, as root on Debian or
 * Ubuntu, installed by apt. Never starts it.
 */
export async function ensureRedisBinary() {
  const named = process.env.COC_REDIS_SERVER;
  if (named) return findNamed(named);
  if (canInstall()) await undoKilledInstall();
  const names = ['redis-server', 'valkey-server'];
  const before = await search(names);
  if (before.binary) return before.binary;
  refuse(before.tooOld);
  if (!canInstall()) throw new LaunchError(`There is no Redis server on PATH: ${WAY_OUT}.`);
  await installRedis();
  const after = await search(names);
  if (after.binary) return after.binary;
  refuse(after.tooOld);
  throw new LaunchError(`apt installed redis-server, but it is not on PATH: ${WAY_OUT}.`);
}
