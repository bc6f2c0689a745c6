// The container engine that `npm run test:deploy` works with: a running Docker, else podman from Debian's packages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { canInstall, installPackages } from './apt.mjs';
import { makeBaseImage } from './base-image.mjs';
import { runStep } from './command.mjs';
import { say } from './talk.mjs';

// netavark and aardvark-dns give containers a network with names, catatonit is the init, the rest makes the base image.
const PACKAGES = [
  'podman',
  'podman-compose',
  'runc',
  'netavark',
  'aardvark-dns',
  'catatonit',
  'iptables',
  'debootstrap',
];
const CACHE = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'chain-of-command', 'containers');
const LACKS =
  'a container engine: a running Docker with compose, or root on Debian or Ubuntu, where podman can be installed';

const succeeds = async (command, ...args) => (await runStep(command, args).catch(() => ({ code: 1 }))).code === 0;

async function haveDocker() {
  return (await succeeds('docker', 'info')) && (await succeeds('docker', 'compose', 'version'));
}

/** Limits are named because a sandbox may forbid podman to raise its own; runc because crun refuses cgroup v1 without systemd. */
const CONTAINERS_CONF = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
`;

// A store of our own: what this machine has in podman otherwise is not touched. Two checkouts share it, and its cache.
const STORAGE_CONF = `[storage]
driver = "overlay"
graphroot = "${join(CACHE, 'storage')}"
runroot = "/run/chain-of-command-containers"
`;

function writeSettings() {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(join(CACHE, 'containers.conf'), CONTAINERS_CONF);
  writeFileSync(join(CACHE, 'storage.conf'), STORAGE_CONF);
  return {
    CONTAINERS_CONF: join(CACHE, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(CACHE, 'storage.conf'),
    // In a sandbox a build may start no container; HEALTHCHECK is known to Docker's format only.
    BUILDAH_ISOLATION: 'chroot',
    BUILDAH_FORMAT: 'docker',
  };
}

async function preparePodman(node) {
  const missing = !(await succeeds('dpkg-query', '-W', ...PACKAGES));
  if (missing) {
    say('Installing podman and debootstrap with apt-get ...');
    await installPackages(PACKAGES, 'start Docker, or install podman and debootstrap by hand');
  }
  const settings = writeSettings();
  // Each build of other sources leaves about 50 MB that the next one does not use.
  await runStep('podman', ['image', 'prune', '--force', '--filter', 'until=72h'], {
    env: { ...process.env, ...settings },
  });
  const base = await makeBaseImage({ node, cache: CACHE, env: { ...process.env, ...settings } });
  // One Debian with Node and Redis stands for both images, for there is no place to pull others from.
  return {
    COC_TEST_ENGINE: 'podman',
    BASE_IMAGE: base,
    REDIS_IMAGE: base,
    COC_IMAGE: 'localhost/coc-test',
    ...settings,
  };
}

/** Settings for the tests of the containers; with COC_TEST_ENGINE_LACKS, which says why, where there is no engine. */
export async function prepareContainers(node) {
  if (await haveDocker()) return { COC_TEST_ENGINE: 'docker', COC_IMAGE: 'coc-test' };
  if (!canInstall()) return { COC_TEST_ENGINE_LACKS: LACKS };
  try {
    return await preparePodman(node);
  } catch (error) {
    if (process.env.CI) throw error;
    return { COC_TEST_ENGINE_LACKS: `${LACKS} (${error.message})` };
  }
}
