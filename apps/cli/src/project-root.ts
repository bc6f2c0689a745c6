import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';

function packageFile(): string {
  const file = findPackageJSON(import.meta.url);
  if (file === undefined) throw new Error('coc runs outside its project: no package.json above it');
  return file;
}

/** The folder of the installation; the same from the sources and from dist/. */
export function projectRoot(): string {
  return dirname(packageFile());
}

export function projectVersion(): string {
  return (JSON.parse(readFileSync(packageFile(), 'utf8')) as { version: string }).version;
}
