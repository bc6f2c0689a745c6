import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { traceFiles } from '../replay/trace-text.js';
import { ChainCheck, type CheckedChain } from './chain-check.js';
import { type AuditReport, type Scope, judgeTrace } from './judge-trace.js';
import { readHead } from './read-head.js';
import type { VerifyKey } from './verify-key.js';

const pieceBytes = 1_024 * 1_024;
const currentName = 'events.jsonl';
/** A recorder that goes on may rotate while we read; more often than this it does not within one reading. */
const mostReadings = 5;

interface Evidence {
  keys: ReadonlyMap<string, VerifyKey>;
  /** Undefined: not to be looked at. */
  headPath: string | undefined;
}

/** Throws what the file system throws. */
export async function scopeOf(path: string): Promise<Scope> {
  const isFolder = (await stat(path)).isDirectory();
  return { hasBeginning: isFolder, hasEnd: isFolder || basename(path) === currentName };
}

/** Checks the file, or all files of the folder. A recorder may be writing meanwhile. Throws what the file system throws. */
export async function verifyTrace(path: string, scope: Scope, { keys, headPath }: Evidence): Promise<AuditReport> {
  for (let reading = 1; ; reading += 1) {
    const before = await listing(path);
    // The head first: what it tells of is in the files then.
    const head = headPath === undefined ? undefined : await readHead(headPath, keys);
    const chain = await walk(before.files, new ChainCheck(keys, head?.head?.line));
    const report = chain && judgeTrace(chain, head, scope, path);
    if (report?.isSound) return report;
    const isLast = reading === mostReadings || (await listing(path)).text === before.text;
    if (report && isLast) return report;
    if (isLast) throw new Error(`the files of ${path} go away while they are read`);
  }
}

/** The files, and a text that differs after a rotation. */
async function listing(path: string): Promise<{ files: string[]; text: string }> {
  const files = await traceFiles(path);
  const inodes = files.map(async (file) =>
    stat(file).then(
      ({ ino }) => `${file} ${ino}`,
      () => file,
    ),
  );
  return { files, text: (await Promise.all(inodes)).join('\n') };
}

/** Undefined when a file went away. */
async function walk(files: readonly string[], check: ChainCheck): Promise<CheckedChain | undefined> {
  try {
    for (const file of files) {
      check.beginFile(file);
      for await (const piece of createReadStream(file, { highWaterMark: pieceBytes })) {
        check.take(piece as Buffer);
        if (check.isDecided) return check.end();
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return check.end();
}
