// `npm run check`. Runs on the Node of the system (>= 20.19) before anything is installed, so: built-ins and launch/ only.
import { join } from 'node:path';
import { runInstead } from '../launch/command.mjs';
import { ensureInstalled } from '../launch/install.mjs';
import { findNode24 } from '../launch/node.mjs';
import { explain } from '../launch/talk.mjs';

await explain(async () => {
  await ensureInstalled();
  const script = join(import.meta.dirname, 'every-check.mjs');
  return runInstead(await findNode24(), [script, ...process.argv.slice(2)]);
});
