// `npm run generate`: writes the files that are made from code. As run.mjs, it starts on the Node of the system.
import { join } from 'node:path';
import { runInstead } from '../launch/command.mjs';
import { ensureInstalled } from '../launch/install.mjs';
import { findNode24 } from '../launch/node.mjs';
import { explain } from '../launch/talk.mjs';

await explain(async () => {
  await ensureInstalled();
  return runInstead(await findNode24(), [join(import.meta.dirname, 'write-generated.mjs')]);
});
