import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, relative } from 'node:path';
import { z } from 'zod';
import { ActionError } from '../host/action-error.js';

/** As a pattern, not a function, so that it also stands in the catalog's JSON Schema. */
export const AbsolutePath = z
  .string()
  .regex(/^(?:\/|[A-Za-z]:[\\/])/, 'an absolute path')
  .max(4_000);

/** Larger files are data, not documentation; parsing one would hold up every other attempt of the process. */
export const maxDocumentBytes = 2 * 1024 * 1024;

export interface SourceText {
  text: string;
  bytes: number;
  sha256: string;
}

export function isMarkdown(name: string): boolean {
  return extname(name).toLowerCase() === '.md';
}

/** The folder itself is inside too. */
export function isInsideFolder(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !/^\.\.[\\/]/.test(way));
}

/** A folder of documents by its real path: only its Markdown files are read, and nothing that a link leads out to. */
export class SourceFolder {
  constructor(
    readonly path: string,
    private readonly closed: string,
  ) {}

  /** Bytes of a document. Throws DOCUMENT_MISSING, also for what is no Markdown file or leads out of the folder. */
  async sizeOf(path: string): Promise<number> {
    return (await this.find(path)).bytes;
  }

  /** Reads a document by its relative path. Throws DOCUMENT_MISSING and DOCUMENT_TOO_LARGE. */
  async read(path: string): Promise<SourceText> {
    const { real, bytes } = await this.find(path);
    if (bytes > maxDocumentBytes)
      throw new ActionError('DOCUMENT_TOO_LARGE', `${path} has ${bytes} bytes, the limit is ${maxDocumentBytes}`);
    const content = await readFile(real);
    return {
      text: content.toString('utf8'),
      bytes: content.byteLength,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
  }

  /** Whether there is such a file or folder within this one. */
  async has(path: string): Promise<boolean> {
    const real = await realpath(join(this.path, path)).catch(() => undefined);
    return real !== undefined && this.isOpen(real);
  }

  private async find(path: string): Promise<{ real: string; bytes: number }> {
    const real = await realpath(join(this.path, path)).catch(() => undefined);
    // A pipe or a device would never end.
    const found = real !== undefined && this.isOpen(real) && isMarkdown(real) ? await stat(real) : undefined;
    if (!found?.isFile()) throw new ActionError('DOCUMENT_MISSING', `there is no document ${path} in ${this.path}`);
    return { real: real!, bytes: found.size };
  }

  private isOpen(real: string): boolean {
    return isInsideFolder(this.path, real) && !isInsideFolder(this.closed, real);
  }
}
