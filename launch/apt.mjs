import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { runStep } from './command.mjs';
import { claim, withLock } from './lock.mjs';
import { LaunchError, say } from './talk.mjs';

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_BEFORE = `${POLICY}.before-coc`;
// 101 is "action forbidden by policy": https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
const MARK = '# Chain of Command: no service starts while Redis is being installed; safe to delete.';
const NO_SERVICE = `#!/bin/sh\n${MARK}\nexit 101\n`;
// One for the machine: two clones share one policy file.
const LOCK = '/run/lock/chain-of-command-apt';

const NONINTERACTIVE = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
const WAIT_FOR_DPKG = ['-o', 'DPkg::Lock::Timeout=120'];

function isDebian() {
  const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(release);
}

/** True for root on Debian, Ubuntu and what descends from them. */
export const canInstall = () => process.getuid?.() === 0 && isDebian() && existsSync('/usr/bin/apt-get');

const isOurs = () => existsSync(POLICY) && readFileSync(POLICY, 'utf8').includes(MARK);

function forbidServices() {
  if (existsSync(POLICY)) renameSync(POLICY, POLICY_BEFORE);
  writeFileSync(POLICY, NO_SERVICE, { mode: 0o755 });
}

function restorePolicy() {
  if (existsSync(POLICY_BEFORE)) renameSync(POLICY_BEFORE, POLICY);
  else if (isOurs()) rmSync(POLICY);
}

// Ctrl-C waits for its end: dpkg stopped half-way leaves the machine with a broken package.
const apt = (args) =>
  runStep('/usr/bin/apt-get', [...WAIT_FOR_DPKG, ...args], {
    env: NONINTERACTIVE,
    mustFinish: true,
    onSpawn: (pid) => void claim(LOCK, pid, 'apt'),
  });

async function install(names, wayOut) {
  // Its result is not looked at: one broken source among several does not stop the install.
  await apt(['update', '-q']);
  const { code, output } = await apt(['install', '-q', '-y', '--no-install-recommends', ...names]);
  if (code === 0) return;
  say(output);
  throw new LaunchError(`apt-get install ${names.join(' ')} failed (its words are above): ${wayOut}.`);
}

/** Installs packages of the distribution; services that they bring are not started. `wayOut` is what to do when that fails. */
export async function installPackages(names, wayOut) {
  await withLock(LOCK, {}, async () => {
    try {
      forbidServices();
      await install(names, wayOut);
    } finally {
      restorePolicy();
    }
  });
}

/** Installs the distribution's redis-server; its own service is not started. */
export async function installRedis() {
  say('Installing redis-server with apt-get (its own service is not started) ...');
  await installPackages(['redis-server'], 'install a Redis server 7.0 or newer, or set REDIS_URL to a running one');
}

/** A launcher killed during the install left its policy behind, which would keep every service of the machine down. */
export async function undoKilledInstall() {
  if (isOurs()) await withLock(LOCK, {}, async () => isOurs() && restorePolicy());
}
