import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Redis } from '#libs/redis';
import { loadLibrary } from '#libs/state';

const folder = join(import.meta.dirname, '..', '..', 'libs', 'state', 'src', 'scripts');

function readFolder(path: string): string[] {
  const files = readdirSync(path).filter((file) => file.endsWith('.lua'));
  return files.map((file) => readFileSync(join(path, file), 'utf8'));
}

/** The code of all scripts and includes, without comments. */
export function luaCode(): string {
  const files = [...readFolder(folder), ...readFolder(join(folder, 'includes'))];
  return files.join('\n').replaceAll(/--[^\n]*/g, '');
}

/** What only some scripts use. */
export function luaInclude(name: string): string {
  return readFileSync(join(folder, 'includes', `${name}.lua`), 'utf8');
}

/** Every first group of the pattern in the Lua code, each once, sorted. */
export function foundInLua(pattern: RegExp): string[] {
  return [...new Set([...luaCode().matchAll(pattern)].map((match) => match[1]!))].toSorted();
}

/** Runs Lua of a test as one more function of the library, after all that a script has. */
export async function runInLibrary(redis: Redis, body: string, root: string, ...args: string[]): Promise<unknown> {
  const { text } = loadLibrary();
  const [, name] = /^#!lua name=(\w+)/.exec(text)!;
  const ours = `${text.replaceAll(name!, 'twins')}\nregister('twins_test', function()\n${body}\nend)`;
  await redis.function('LOAD', 'REPLACE', ours);
  return redis.fcall('twins_test', 1, root, ...args);
}
