import { createHash } from 'node:crypto';
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
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

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** The real path of a folder. Throws FOLDER_MISSING (permanent). */
export async function openFolder(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new ActionError('FOLDER_MISSING', `there is no folder ${folder} where this worker runs`);
  }
  return realpath(folder);
}

/** Reads a file of the folder by its relative path. Throws DOCUMENT_MISSING, also for a path that leads out of it. */
export async function readSource(folder: string, path: string): Promise<SourceText> {
  const root = await openFolder(folder);
  const real = await realpath(join(root, path)).catch(() => undefined);
  if (real === undefined || !isInside(root, real)) {
    throw new ActionError('DOCUMENT_MISSING', `there is no ${path} in ${folder}`);
  }
  const content = await readFile(real);
  return {
    text: content.toString('utf8'),
    bytes: content.byteLength,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
}
