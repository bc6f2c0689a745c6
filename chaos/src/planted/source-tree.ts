import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Edit } from './planted-bug.js';

const marker = 'nest-cli.json';
/** What the build reads. */
const parts = ['apps', 'bench', 'chaos', 'embedded', 'libs', 'sdk', '.swcrc', marker, 'package.json', 'tsconfig.json'];

/** The folder of the sources, from wherever this file is: beside them, or below dist/. */
export function sourceRoot(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, marker))) return folder;
  throw new Error(`no folder above ${import.meta.dirname} has a ${marker}`);
}

/** Copies the sources; what is installed is linked. */
export async function copySources(root: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const part of parts) await cp(join(root, part), join(folder, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** What a file becomes by its edits, one after the other. Throws when a `find` does not stand there exactly once. */
export function edited(source: string, edits: readonly Edit[]): string {
  return edits.reduce((before, { file, find, replace }) => {
    const found = before.split(find).length - 1;
    if (found !== 1) throw new Error(`in ${file} this stands ${found} times, and not once: ${find}`);
    return before.replace(find, () => replace);
  }, source);
}

export async function applyEdits(folder: string, edits: readonly Edit[]): Promise<void> {
  for (const [file, own] of Map.groupBy(edits, (edit) => edit.file)) {
    const path = join(folder, file);
    await writeFile(path, edited(await readFile(path, 'utf8'), own));
  }
}

/** Throws what the compiler said when it fails. */
export async function build(folder: string): Promise<void> {
  const nest = join(folder, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const child = spawn(process.execPath, [nest, 'build', '--all', '--parallel'], { cwd: folder });
  const [[code], said, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  if (code !== 0) throw new Error(`the build of ${folder} failed: ${said}${errors}`);
}
