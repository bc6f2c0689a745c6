import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isMarkdown } from '../../documents/source-folder.js';

/** Dot folders hold tools' own files, node_modules other people's documents. */
function isSkipped(name: string): boolean {
  return name.startsWith('.') || name === 'node_modules';
}

/**
 * Relative POSIX paths of the Markdown files below a folder, sorted. Symbolic links are not followed: inside the folder
 * their targets are found anyway, and outside they are not ours to read.
 */
export async function walkFolder(root: string, signal: AbortSignal, below = ''): Promise<string[]> {
  signal.throwIfAborted();
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries) {
    if (isSkipped(entry.name)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await walkFolder(root, signal, path)));
    else if (entry.isFile() && isMarkdown(entry.name)) found.push(path);
  }
  return below === '' ? found.toSorted() : found;
}
