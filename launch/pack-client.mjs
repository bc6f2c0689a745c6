#!/usr/bin/env node
// `npm run pack:client`: the tarball of @chain-of-command/client in out/client/; its path is the last line. Publish it with `npm publish PATH`.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runStep } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ROOT } from './root.mjs';
import { LaunchError, explain, say } from './talk.mjs';

const OUT = join(ROOT, 'out', 'client');
const STAGE = join(OUT, 'package');
const TYPES = join(OUT, 'types');
// The client and what it imports of ours; each is a folder of the package.
const LIBRARIES = ['client', 'contracts'];

async function step(command, args, cwd = ROOT) {
  const { code, output } = await runStep(command, args, { cwd });
  if (code === 0) return output;
  say(output);
  throw new LaunchError(`${command} ${args[0]} failed with code ${code}: its words are above.`);
}

/** An alias is known only to the package.json of this repository: outside of it the path is written out. */
function withoutAliases(text, file) {
  return text
    .replaceAll(/(['"])#libs\/([\w-]+)\1/g, (_match, quote, library) => {
      const target = relative(dirname(file), join(STAGE, library, 'index.js'));
      return `${quote}${target.startsWith('.') ? target : `./${target}`}${quote}`;
    })
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
}

function copyFiles(from, to, ending) {
  for (const path of readdirSync(from, { recursive: true })) {
    if (!path.endsWith(ending) || path.includes('.spec.')) continue;
    const file = join(to, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, withoutAliases(readFileSync(join(from, path), 'utf8'), file));
  }
}

/** The packages that the staged files import. */
function importedPackages() {
  const files = readdirSync(STAGE, { recursive: true }).filter((path) => path.endsWith('.js'));
  const names = files.flatMap((path) => {
    const text = readFileSync(join(STAGE, path), 'utf8');
    return [...text.matchAll(/\bfrom ['"]([^.'"][^'"]*)['"]/g)].map(([, name]) => name);
  });
  return [...new Set(names)].filter((name) => !name.startsWith('node:')).toSorted((a, b) => (a < b ? -1 : 1));
}

function writeManifest() {
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const own = JSON.parse(readFileSync(join(ROOT, 'libs', 'client', 'publish', 'package.json'), 'utf8'));
  const dependencies = Object.fromEntries(importedPackages().map((name) => [name, root.dependencies[name]]));
  const manifest = { ...own, version: root.version, dependencies };
  writeFileSync(join(STAGE, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

function stage() {
  for (const library of LIBRARIES) {
    copyFiles(join(ROOT, 'dist', 'libs', library, 'src'), join(STAGE, library), '.js');
    copyFiles(join(TYPES, 'libs', library, 'src'), join(STAGE, library), '.d.ts');
  }
  cpSync(join(ROOT, 'libs', 'client', 'README.md'), join(STAGE, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(STAGE, 'LICENSE'));
  writeManifest();
}

await explain(async () => {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  rmSync(OUT, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join('libs', 'client', 'tsconfig.lib.json');
  await step(node, [compiler, '-p', project, '--declaration', '--emitDeclarationOnly', '--outDir', TYPES]);
  stage();
  const packed = await step('npm', ['pack', '--silent', '--pack-destination', OUT], STAGE);
  process.stdout.write(`${join(OUT, packed.split('\n').at(-1))}\n`);
  return 0;
});
