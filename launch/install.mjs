import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './command.mjs';
import { claim, withLock } from './lock.mjs';
import { LOCKS, ROOT } from './root.mjs';
import { LaunchError, say } from './talk.mjs';

const LOCK = join(LOCKS, 'install');

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(join(ROOT, lockFile), 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new LaunchError(`${lockFile} cannot be read (${error.message}): restore it.`);
  }
}

const isSame = (installed, wanted) => installed?.version === wanted.version && installed.integrity === wanted.integrity;

/** npm writes its own record last, so after an install that was cut short there is none, or an older one. */
function isInstalled() {
  const installed = packagesIn('node_modules/.package-lock.json');
  if (!installed) return false;
  const wanted = Object.entries(packagesIn('package-lock.json') ?? {});
  // Packages for other systems are optional and stay out.
  return wanted.every(
    ([path, entry]) => path === '' || isSame(installed[path], entry) || mayLack(installed[path], entry),
  );
}

const mayLack = (installed, wanted) => !installed && wanted.optional === true;

// Said on the command line, because NODE_ENV=production or the settings of the user would leave out the compiler.
const NPM_CI = ['ci', '--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'];

async function install() {
  say('Installing packages with npm ci ...');
  const options = { cwd: ROOT, onSpawn: (pid) => void claim(LOCK, pid, 'npm') };
  const { code, output } = await runStep('npm', [...NPM_CI, '--loglevel=error'], options).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new LaunchError('npm is not on PATH: install Node.js with npm (20.19 or newer) and try again.');
  });
  if (code === 0) return;
  say(output);
  throw new LaunchError(`npm ci failed with code ${code} (its words are above): check the network and try again.`);
}

/** Brings node_modules to what package-lock.json says; does nothing when it is so already. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  const onWait = (pid) => say(`Waiting for process ${pid}, which is installing packages ...`);
  await withLock(LOCK, { onWait }, async () => {
    if (!isInstalled()) await install();
  });
}
