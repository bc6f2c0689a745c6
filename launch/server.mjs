import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { ended, exitCodeOf, onStopSignals } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ensureRedis } from './redis.mjs';
import { ROOT } from './root.mjs';
import { LaunchError, say } from './talk.mjs';

const LEAVE_WITH_LAUNCHER = pathToFileURL(join(import.meta.dirname, 'leave-with-launcher.mjs')).href;
const LAUNCHER_FD = 3;
// npm passes on a Ctrl-C that the terminal sent us already: within this time two signals are one.
const SAME_SIGNAL_MS = 1_000;
const DEFAULT_GRACE_MS = 10_000;
const GRACE_MARGIN_MS = 5_000;

function spawnApp(node, args, redis, dataDir) {
  const env = {
    ...process.env,
    REDIS_URL: redis.url,
    COC_DATA_DIR: dataDir,
    COC_LAUNCHER_FD: String(LAUNCHER_FD),
  };
  // A group of its own, so that it gets each signal once: from us.
  return spawn(node, ['--import', LEAVE_WITH_LAUNCHER, ...args], {
    detached: true,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe', ...(redis.guard ? [redis.guard] : [])],
  });
}

/** The first signal lets the app drain, a later one kills it. Returns how to end that. */
function passSignalsTo(app) {
  let firstAt;
  const release = onStopSignals((signal) => {
    const isFirst = firstAt === undefined;
    firstAt ??= Date.now();
    if (isFirst) app.kill(signal);
    else if (Date.now() - firstAt > SAME_SIGNAL_MS) app.kill('SIGKILL');
  });
  // In its own group the app does not hear that the terminal was resized.
  const resize = () => app.kill('SIGWINCH');
  process.on('SIGWINCH', resize);
  return () => {
    release();
    process.off('SIGWINCH', resize);
  };
}

/** Without Redis there is nothing to drain into, so the app has its time of grace and no more. */
function endWithRedis(app, sentence) {
  say(sentence);
  app.kill('SIGTERM');
  const graceMs = Number(process.env.COC_SHUTDOWN_GRACE_MS || DEFAULT_GRACE_MS) + GRACE_MARGIN_MS;
  setTimeout(() => app.kill('SIGKILL'), graceMs).unref();
}

/** Runs `node ...args` on this Redis until it ends; resolves to its exit code, or to 1 when Redis died under it. */
async function runApp(node, args, redis, dataDir) {
  const app = spawnApp(node, args, redis, dataDir);
  const release = passSignalsTo(app);
  let hasLostRedis = false;
  const end = ended(app);
  const inFolder = app.pid === undefined ? undefined : redis.shareWith?.(app.pid);
  const watch = async () => {
    const sentence = await redis.died;
    if (!sentence) return;
    hasLostRedis = true;
    endWithRedis(app, sentence);
  };
  void watch();
  try {
    const { code, signal } = await end;
    return hasLostRedis ? 1 : exitCodeOf(code, signal);
  } finally {
    release();
    inFolder?.release();
  }
}

function parsePort(text) {
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new LaunchError('COC_REDIS_PORT must be a port from 1 to 65535.');
}

/** Starts Redis, runs `node ...args` on it, and stops Redis after that; resolves to the exit code. */
export async function runOnRedis(node, args) {
  const dataDir = resolve(process.env.COC_DATA_DIR || join(ROOT, '.coc'));
  const redis = await ensureRedis({ dataDir, port: parsePort(process.env.COC_REDIS_PORT) });
  try {
    return await runApp(node, args, redis, dataDir);
  } finally {
    await redis.stop();
  }
}

/** From a fresh clone to a running system; `args` go to the embedded app. Resolves to the exit code. */
export async function serve(args) {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  return runOnRedis(node, [join(ROOT, 'dist', 'embedded', 'src', 'main.js'), ...args]);
}
