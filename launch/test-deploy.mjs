#!/usr/bin/env node
// `npm run test:deploy`: the tests of the image, of the running stack and of what else is in deploy/. Arguments go to Jest.
import { runInstead } from './command.mjs';
import { prepareContainers } from './containers.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ROOT } from './root.mjs';
import { explain, say } from './talk.mjs';

await explain(async () => {
  await ensureInstalled();
  const node = await findNode24();
  const settings = await prepareContainers(node);
  if (settings.COC_TEST_ENGINE_LACKS)
    say(`SKIPPED: the image and the stack; this machine lacks ${settings.COC_TEST_ENGINE_LACKS}.`);
  const args = [`${ROOT}/launch/test.mjs`, ...process.argv.slice(2), '--selectProjects', 'deploy'];
  return runInstead(node, args, { cwd: ROOT, env: { ...process.env, ...settings } });
});
