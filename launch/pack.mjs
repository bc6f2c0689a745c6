#!/usr/bin/env node
// `npm run pack`: the tarballs of @coc/contracts, @coc/client and @coc/worker in out/packages/; their paths are the last
// lines, in the order in which they are published: `npm publish PATH`.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runStep } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { stagePackage } from './package-stage.mjs';
import { ROOT } from './root.mjs';
import { LaunchError, explain, say } from './talk.mjs';

const OUT = join(ROOT, 'out', 'packages');

/** `parts` are folders of ours and where they lie in the package; a part that is a package itself is depended upon. */
const PACKAGES = [
  { name: 'contracts', home: 'libs/contracts', parts: { 'libs/contracts/src': 'contracts' } },
  { name: 'client', home: 'libs/client', parts: { 'libs/client/src': 'client' } },
  {
    name: 'worker',
    home: 'apps/workers',
    parts: {
      'apps/workers/src/host': 'worker/host',
      ...Object.fromEntries(
        ['policy', 'redis', 'config', 'queues', 'state', 'telemetry'].map((it) => [`libs/${it}/src`, it]),
      ),
    },
  },
];

async function step(command, args, cwd = ROOT) {
  const { code, output } = await runStep(command, args, { cwd });
  if (code === 0) return output;
  say(output);
  throw new LaunchError(`${command} ${args[0]} failed with code ${code}: its words are above.`);
}

async function pack(node, { name, home, parts }) {
  const types = join(OUT, 'types', name);
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join(home, home.startsWith('apps') ? 'tsconfig.app.json' : 'tsconfig.lib.json');
  await step(node, [compiler, '-p', project, '--declaration', '--emitDeclarationOnly', '--outDir', types]);
  const stage = join(OUT, name);
  await stagePackage({ home, parts, types, stage });
  const packed = await step('npm', ['pack', '--silent', '--pack-destination', OUT], stage);
  return join(OUT, packed.split('\n').at(-1));
}

await explain(async () => {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  rmSync(OUT, { recursive: true, force: true });
  const paths = [];
  for (const each of PACKAGES) paths.push(await pack(node, each));
  process.stdout.write(`${paths.join('\n')}\n`);
  return 0;
});
