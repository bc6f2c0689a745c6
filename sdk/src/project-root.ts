import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the installation, from the sources and from dist/; `findPackageJSON` came with Node 22.14, a client may have 20. */
export function projectRoot(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
