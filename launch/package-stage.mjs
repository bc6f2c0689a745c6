import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { ROOT } from './root.mjs';
import { LaunchError } from './talk.mjs';

const KINDS = /\.(js|d\.ts|lua)$/;
/** Which of our libraries are packages of their own. */
const OWN_PACKAGES = ['contracts'];

/** An alias is known only to the package.json of this repository: outside of it the path, or the package, is written out. */
function withoutAliases(text, file, stage) {
  return text
    .replaceAll(/(['"])#libs\/([\w-]+)\1/g, (_match, quote, library) => {
      if (OWN_PACKAGES.includes(library)) return `${quote}@coc/${library}${quote}`;
      const target = relative(dirname(file), join(stage, library, 'index.js'));
      return `${quote}${target.startsWith('.') ? target : `./${target}`}${quote}`;
    })
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
}

function copyPart(from, to, stage) {
  for (const path of readdirSync(from, { recursive: true })) {
    if (!KINDS.test(path) || path.includes('.spec.')) continue;
    const file = join(to, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, withoutAliases(readFileSync(join(from, path), 'utf8'), file, stage));
  }
}

/** `@scope/name/inner.js` is the package `@scope/name`. */
const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** The packages that the staged files import, late or early, at run time or for their types. */
async function importedPackages(stage) {
  // Here and not above: this folder is loaded before anything is installed.
  const { default: ts } = await import('typescript');
  const files = readdirSync(stage, { recursive: true }).filter((path) => /\.(js|d\.ts)$/.test(path));
  const specifiers = files.flatMap((path) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(join(stage, path), 'utf8'), true, true);
    return importedFiles.map(({ fileName }) => fileName);
  });
  const names = specifiers.filter((it) => !/^(\.|node:)/.test(it)).map(packageOf);
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));
}

/** Packages of ours belong together to the last digit; of others it is what the root says. */
function versionOf(name, root) {
  const version = name.startsWith('@coc/') ? root.version : root.dependencies[name];
  if (version === undefined) throw new LaunchError(`A package imports ${name}, which is not in dependencies.`);
  return version;
}

async function writeManifest(home, stage) {
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const own = JSON.parse(readFileSync(join(ROOT, home, 'publish', 'package.json'), 'utf8'));
  const imported = (await importedPackages(stage)).map((name) => [name, versionOf(name, root)]);
  const dependencies = { ...Object.fromEntries(imported), ...own.dependencies };
  const manifest = { ...own, version: root.version, dependencies };
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Lays out a package from `dist` and the declarations: its parts, README, licence, changelog and manifest. */
export async function stagePackage({ home, parts, types, stage }) {
  for (const [part, place] of Object.entries(parts)) {
    copyPart(join(ROOT, 'dist', part), join(stage, place), stage);
    copyPart(join(types, part), join(stage, place), stage);
  }
  cpSync(join(ROOT, home, 'publish', 'README.md'), join(stage, 'README.md'));
  for (const file of ['LICENSE', 'CHANGELOG.md']) cpSync(join(ROOT, file), join(stage, file));
  await writeManifest(home, stage);
}
