import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './command.mjs';
import { claim, withLock } from './lock.mjs';
import { LOCKS, ROOT } from './root.mjs';
import { LaunchError, say } from './talk.mjs';

const LOCK = join(LOCKS, 'build');
const SOURCE_FOLDERS = ['apps', 'bench', 'chaos', 'embedded', 'libs', 'sdk'];
const SETTINGS = ['.swcrc', 'nest-cli.json', 'package-lock.json', 'package.json', 'tsconfig.json'];
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built-from');
const MAIN = 'dist/embedded/src/main.js';

const isSource = (path) => !/\.(spec\.ts|md)$/.test(path);

function filesIn(folder) {
  const entries = readdirSync(join(ROOT, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

/** By content: a clone or a copy has new times, and an editor may keep the old ones. 300 files take about 15 ms. */
function hashSources() {
  const hash = createHash('sha256');
  const files = [...SOURCE_FOLDERS.flatMap(filesIn).filter(isSource), ...SETTINGS];
  for (const path of files.toSorted((a, b) => (a < b ? -1 : 1))) {
    const content = readFileSync(join(ROOT, path));
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

function isBuiltFrom(hash) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hash && existsSync(join(ROOT, MAIN));
}

async function build(node, hash) {
  say('Building ...');
  // The compiler never removes the output of a source that is gone.
  rmSync(DIST, { recursive: true, force: true });
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const { code, output } = await runStep(node, [nest, 'build', '--all', '--parallel'], {
    cwd: ROOT,
    onSpawn: (pid) => void claim(LOCK, pid, 'nest'),
  });
  if (code !== 0) {
    say(output);
    throw new LaunchError(`The build failed with code ${code}: its words are above.`);
  }
  if (!existsSync(join(ROOT, MAIN))) throw new LaunchError(`The build made no ${MAIN}.`);
  writeFileSync(STAMP, hash);
}

/** Brings dist/ to what the sources say, with the given Node >= 24; does nothing when it is so already. */
export async function ensureBuilt(node) {
  if (isBuiltFrom(hashSources())) return;
  const onWait = (pid) => say(`Waiting for process ${pid}, which is building ...`);
  await withLock(LOCK, { onWait }, async () => {
    const hash = hashSources();
    if (!isBuiltFrom(hash)) await build(node, hash);
  });
}
