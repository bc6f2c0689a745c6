#!/usr/bin/env node
// `npm run scenarios`: directives with what must become of them; arguments go to the runner.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runInstead } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ROOT } from './root.mjs';
import { explain } from './talk.mjs';

await explain(async () => {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  return runInstead(node, [join(ROOT, 'dist', 'sdk', 'src', 'scenario', 'main.js'), ...process.argv.slice(2)]);
});
