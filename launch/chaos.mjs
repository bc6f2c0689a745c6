#!/usr/bin/env node
// `npm run chaos`: what chaos/README.md describes. Arguments go to the harness.
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
  const main = join(ROOT, 'dist', 'chaos', 'src', 'main.js');
  return runInstead(node, [main, ...process.argv.slice(2)], { cwd: ROOT, env });
});
