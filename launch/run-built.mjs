import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runInstead } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ensureRedisBinary } from './redis-binary.mjs';
import { ROOT } from './root.mjs';

/** Installs, builds and finds Redis, then runs the main program of a folder with the arguments of this process. Returns its exit code. */
export async function runBuilt(folder) {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  const env = { ...process.env, COC_REDIS_SERVER: await ensureRedisBinary() };
  const main = join(ROOT, 'dist', folder, 'src', 'main.js');
  return runInstead(node, [main, ...process.argv.slice(2)], { cwd: ROOT, env });
}
