import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, liveClaims } from './lock.mjs';
import { say } from './talk.mjs';

const POLL_MS = 50;
// The app drains for up to 10 s when its launcher is gone (COC_SHUTDOWN_GRACE_MS).
const DRAIN_PATIENCE_MS = 15_000;
const STOP_PATIENCE_MS = 30_000;

function send(claimed, signal) {
  try {
    if (isAlive(claimed)) process.kill(claimed.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function isGoneWithin(claimed, patienceMs) {
  const giveUpAt = Date.now() + patienceMs;
  while (isAlive(claimed)) {
    if (Date.now() > giveUpAt) return false;
    await delay(POLL_MS);
  }
  return true;
}

async function endWithin(claimed, signal, patienceMs) {
  send(claimed, signal);
  if (await isGoneWithin(claimed, patienceMs)) return;
  send(claimed, 'SIGKILL');
  await isGoneWithin(claimed, STOP_PATIENCE_MS);
}

/**
 * Ends what a killed launcher left on this data folder: first the app, then its Redis, since two servers on one
 * append-only file would destroy it. The caller holds the lock of the folder.
 */
export async function endPreviousRun(runningFolder) {
  const left = liveClaims(runningFolder);
  if (left.length === 0) return;
  say('Waiting for the end of the previous run, whose launcher was killed ...');
  // The app was told by the end of its launcher; a second signal could cut its drain short.
  for (const app of left.filter((it) => it.label === 'app')) await endWithin(app, 0, DRAIN_PATIENCE_MS);
  for (const redis of left.filter((it) => it.label === 'redis')) await endWithin(redis, 'SIGTERM', STOP_PATIENCE_MS);
}
