import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Script {
  name: string;
  text: string;
  sha: string;
}

const folder = join(import.meta.dirname, '..', 'scripts');
const includeLine = /^-- @include (.+)$/m;

function readInclude(name: string): string {
  return readFileSync(join(folder, 'includes', `${name}.lua`), 'utf8');
}

/** A script with its includes written in, in the order its `-- @include a b c` line names them. */
export function loadScript(name: string): Script {
  const source = readFileSync(join(folder, `${name}.lua`), 'utf8');
  const text = source.replace(includeLine, (_, names: string) => names.split(' ').map(readInclude).join('\n'));
  return { name, text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Names of all transitions: one script each. */
export function listScripts(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -'.lua'.length))
    .toSorted();
}
