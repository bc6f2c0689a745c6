import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The last directive that was submitted to each server, by its address. */
const LastDirectives = z.record(z.string(), z.string());

const fileIn = (stateDir: string) => join(stateDir, 'coc', 'last.json');

export async function lastDirective(stateDir: string, url: string): Promise<string | undefined> {
  return (await readAll(stateDir))[url];
}

/** So that `@last` means it from now on. A folder that cannot be written is no reason to fail what was done. */
export async function rememberDirective(stateDir: string, url: string, id: string): Promise<void> {
  const path = fileIn(stateDir);
  const draft = `${path}.${process.pid}`;
  try {
    const all = { ...(await readAll(stateDir)), [url]: id };
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, JSON.stringify(all), { mode: 0o600 });
    await rename(draft, path);
  } catch {
    // `@last` is then the one before.
  }
}

async function readAll(stateDir: string): Promise<Record<string, string>> {
  try {
    return LastDirectives.parse(JSON.parse(await readFile(fileIn(stateDir), 'utf8')));
  } catch {
    return {};
  }
}
