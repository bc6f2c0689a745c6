#!/usr/bin/env node
// `npm run bench`: the figures of docs/performance.md, one JSON line each. Arguments go to the bench.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runInstead } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ensureRedisBinary } from './redis-binary.mjs';
import { ROOT } from './root.mjs';
import { explain } from './talk.mjs';

await explain(async () => {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  const env = { ...process.env, COC_REDIS_SERVER: await ensureRedisBinary() };
  const main = join(ROOT, 'dist', 'bench', 'src', 'main.js');
  return runInstead(node, [main, ...process.argv.slice(2)], { cwd: ROOT, env });
});
