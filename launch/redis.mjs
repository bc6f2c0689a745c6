import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended } from './command.mjs';
import { claim, lock } from './lock.mjs';
import { endPreviousRun } from './previous-run.mjs';
import { ensureRedisBinary } from './redis-binary.mjs';
import { readInfo } from './redis-info.mjs';
import { LaunchError, say } from './talk.mjs';

const BIND_ATTEMPTS = 5;
const ANSWER_PATIENCE_MS = 30_000;
const QUIET_LOADING_MS = 1_000;
const STOP_PATIENCE_MS = 30_000;
const POLL_MS = 20;
// Two that start at once step back from each other; after this time the one that still finds a holder gives up.
const LOCK_PATIENCE_MS = 300;

// Redis becomes the process that was spawned (`exec`); a shell beside it waits on descriptor 3 until the last process
// that holds its other end is gone, and then stops Redis, so that a killed launcher leaves no server behind.
const RUN_GUARDED = '{ read -r _ <&3; kill -TERM $$; } & exec "$0" "$@" 3<&-';

const settingsOf = (port, folder) => ({
  bind: '127.0.0.1',
  port,
  dir: folder,
  daemonize: 'no',
  appendonly: 'yes',
  appendfsync: 'everysec',
  save: '',
  'maxmemory-policy': 'noeviction',
});

const toArguments = (settings) => Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);

async function findFreePort() {
  const probe = createServer();
  await new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A session of its own keeps Ctrl-C in the terminal away from Redis. */
function spawnGuarded(binary, port, folder, logFile) {
  const log = openSync(logFile, 'w');
  const child = spawn('/bin/sh', ['-c', RUN_GUARDED, binary, ...toArguments(settingsOf(port, folder))], {
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
  });
  closeSync(log);
  return child;
}

/** Null until this very process answers: on a port that was lost to somebody else, somebody else may answer. */
async function infoOf(child, port) {
  try {
    const info = await readInfo(port);
    return Number(info.process_id) === child.pid ? info : null;
  } catch {
    return null;
  }
}

const isOver = (child) => child.exitCode !== null || child.signalCode !== null;

/** True once it serves; false when it ended before that. Loading a large record may take minutes. */
async function becomesReady(child, end, port) {
  const startedAt = Date.now();
  for (let hasSaidLoading = false; !isOver(child); await delay(POLL_MS)) {
    const info = await Promise.race([infoOf(child, port), end.then(() => null)]);
    if (info?.loading === '0') return true;
    const elapsedMs = Date.now() - startedAt;
    if (info && elapsedMs > QUIET_LOADING_MS && !hasSaidLoading) {
      say('Redis is loading its data ...');
      hasSaidLoading = true;
    }
    if (!info && elapsedMs > ANSWER_PATIENCE_MS) return false;
  }
  return false;
}

/** Also ends the shell that guards it, which is in its process group. */
function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** On SIGTERM Redis writes and syncs its append-only file before it ends, as on SHUTDOWN. */
async function stopChild(child, end) {
  const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
  child.kill('SIGTERM');
  await end;
  clearTimeout(overdue);
  killGroup(child);
}

function explainFailure(port, logFile) {
  const log = readFileSync(logFile, 'utf8');
  if (log.includes('Address already in use'))
    return {
      isBusy: true,
      message: `Port ${port} is busy: give Redis another with COC_REDIS_PORT, or none for a free one.`,
    };
  say(log.trim().split('\n').slice(-10).join('\n'));
  return {
    isBusy: false,
    message: `Redis did not start (its last words are above, all of them in ${logFile}).`,
  };
}

async function startOn(port, binary, folder) {
  const logFile = join(folder, 'redis.log');
  const child = spawnGuarded(binary, port, folder, logFile);
  const end = ended(child);
  const inFolder = claim(join(folder, 'running'), child.pid, 'redis');
  if (await becomesReady(child, end, port)) return { child, end, port, logFile, inFolder };
  await stopChild(child, end);
  inFolder.release();
  return explainFailure(port, logFile);
}

/** Redis has no port 0, so another process may take the free port first: then the next one is tried. */
async function startOnFreePort(binary, folder) {
  for (let attempt = 1; ; attempt += 1) {
    const started = await startOn(await findFreePort(), binary, folder);
    if (!started.isBusy || attempt >= BIND_ATTEMPTS) return started;
  }
}

async function takeFolder(folder) {
  const held = await lock(join(folder, 'launcher'), { patienceMs: LOCK_PATIENCE_MS });
  if (held.heldBy === undefined) return held;
  throw new LaunchError(
    `Process ${held.heldBy} already runs on the data folder ${folder}: stop it first, or set COC_DATA_DIR to another folder.`,
  );
}

async function startOwn(folder, port) {
  const binary = await ensureRedisBinary();
  const held = await takeFolder(folder);
  try {
    await endPreviousRun(join(folder, 'running'));
    say('Starting Redis ...');
    const started = port ? await startOn(port, binary, folder) : await startOnFreePort(binary, folder);
    if (!started.child) throw new LaunchError(started.message);
    return { ...started, held };
  } catch (error) {
    held.release();
    throw error;
  }
}

function handleOf({ child, end, port, logFile, inFolder, held }, folder) {
  let isStopping = false;
  const died = end.then(({ code, signal }) =>
    isStopping ? null : `Redis ended with ${signal ?? `code ${code}`}; its last words are in ${logFile}.`,
  );
  const stop = async () => {
    isStopping = true;
    await stopChild(child, end);
    inFolder.release();
    held.release();
  };
  const shareWith = (pid) => claim(join(folder, 'running'), pid, 'app');
  return { url: `redis://127.0.0.1:${port}`, owned: true, guard: child.stdio[3], died, shareWith, stop };
}

/**
 * A Redis to work with: the one REDIS_URL names, else one of our own with its data in `<dataDir>/redis`, on loopback, on
 * `port` or a free one. Returns `{ url, owned, stop }`; for our own also `guard` (the stream that keeps it alive: hand it
 * to who must not lose it), `shareWith(pid)` (enters who uses it) and `died`, which resolves to a sentence when it ended
 * unasked (to null when asked). Throws LaunchError.
 */
export async function ensureRedis({ dataDir, port }) {
  const url = process.env.REDIS_URL;
  if (url) return { url, owned: false, stop: async () => {} };
  const folder = join(dataDir, 'redis');
  mkdirSync(folder, { recursive: true });
  return handleOf(await startOwn(folder, port), folder);
}
