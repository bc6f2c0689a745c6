import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { runStep } from './command.mjs';
import { LaunchError, say } from './talk.mjs';

// Raise it with any change of the recipe below.
const RECIPE = 1;
const DEBIAN_PACKAGES = 'ca-certificates,redis-server';
// The user of the compose file's Redis.
const REDIS_USER = 999;
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';
const CHANGES = [
  `ENV NODE_EXTRA_CA_CERTS=${AUTHORITIES}`,
  'ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin',
];

async function step(command, args, options) {
  const { code, output } = await runStep(command, args, options);
  if (code === 0) return output;
  throw new LaunchError(`${command} ${args[0]} failed with code ${code}: ${output.slice(-2_000)}`);
}

const suite = () => /^VERSION_CODENAME=(\w+)/m.exec(readFileSync('/etc/os-release', 'utf8'))[1];

/** Node and npm of this machine, and whom it trusts, so that npm inside reaches what npm outside does. */
async function addNode(root, node) {
  const modules = join(root, 'usr/local/lib/node_modules');
  mkdirSync(modules, { recursive: true });
  cpSync(node, join(root, 'usr/local/bin/node'));
  cpSync(join(await step('npm', ['root', '--global']), 'npm'), join(modules, 'npm'), {
    recursive: true,
    dereference: true,
  });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(root, 'usr/local/bin/npm'));
  if (existsSync(AUTHORITIES)) cpSync(AUTHORITIES, join(root, AUTHORITIES), { dereference: true });
}

function addRedisFolder(root) {
  mkdirSync(join(root, 'data'));
  chownSync(join(root, 'data'), REDIS_USER, REDIS_USER);
}

async function importRoot(root, image, env) {
  const changes = CHANGES.flatMap((change) => ['--change', change]);
  const archive = `${root}.tar`;
  await step('tar', ['-C', root, '-cf', archive, '.']);
  await step('podman', ['import', '--quiet', ...changes, archive, image], { env });
  rmSync(archive);
}

/** A small Debian with Node, npm and a Redis as an image of podman; made once a machine. Returns its name. */
export async function makeBaseImage({ node, cache, env }) {
  const version = await step(node, ['--version']);
  const mark = createHash('sha256').update(`${RECIPE} ${suite()} ${version}`).digest('hex').slice(0, 12);
  const image = `localhost/coc-base:${mark}`;
  if ((await runStep('podman', ['image', 'exists', image], { env })).code === 0) return image;
  say('Making a base image with debootstrap (once) ...');
  const root = join(cache, `root-${process.pid}`);
  try {
    await step('debootstrap', ['--variant=minbase', `--include=${DEBIAN_PACKAGES}`, suite(), root]);
    for (const leftover of ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale'])
      rmSync(join(root, leftover), { recursive: true, force: true });
    await addNode(root, node);
    addRedisFolder(root);
    await importRoot(root, image, env);
  } finally {
    rmSync(root, { recursive: true, force: true });
    rmSync(`${root}.tar`, { force: true });
  }
  return image;
}
