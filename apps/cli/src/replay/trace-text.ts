import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Pieces of text as they come, in whole or in part lines. */
export type TextPieces = AsyncIterable<Buffer | string>;

const fullPattern = /^events-\d+\.jsonl$/;
const currentName = 'events.jsonl';
const pollMs = 200;
const chunkBytes = 1_024 * 1_024;
const newline = 0x0a;

/** The files of a trace, oldest first: the file itself, or all that a trace folder holds. Throws what `stat` throws. */
export async function traceFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const hasCurrent = (await readdir(path)).includes(currentName);
  return [...(await fullFiles(path)), ...(hasCurrent ? [join(path, currentName)] : [])];
}

export async function* readPieces(files: readonly string[]): AsyncGenerator<Buffer> {
  for (const file of files) for await (const piece of createReadStream(file)) yield piece as Buffer;
}

/**
 * The file from its beginning and then as it grows, whole lines only, until the signal aborts. When another file takes its place (the
 * recorder begins a new one), the old one is read to its end and then what was full in between, before the new one.
 */
export async function* followPieces(path: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  let place = { file: await open(path, 'r'), position: 0 };
  try {
    while (!signal.aborted) {
      yield* readWholeLines(place);
      const next = await successors(path, place.file);
      if (next === undefined) {
        await sleep(pollMs, undefined, { signal });
        continue;
      }
      // What was written between our look and the renaming.
      yield* readWholeLines(place);
      yield* readPieces(next.between);
      await place.file.close();
      place = { file: next.file, position: 0 };
    }
  } finally {
    await place.file.close();
  }
}

/** What is torn is read again: a recorder that starts cuts it off and writes the line anew. */
async function* readWholeLines(place: { file: FileHandle; position: number }): AsyncGenerator<Buffer> {
  let size = chunkBytes;
  for (;;) {
    const { bytesRead, buffer } = await place.file.read(Buffer.allocUnsafe(size), 0, size, place.position);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(newline) + 1;
    if (end === 0 && bytesRead < size) return;
    if (end === 0) size *= 2;
    place.position += end;
    if (end > 0) yield buffer.subarray(0, end);
  }
}

/** What came after the open file; undefined while it still has its name, and in the moment when no file has it. */
async function successors(path: string, old: FileHandle): Promise<{ between: string[]; file: FileHandle } | undefined> {
  const [{ ino }, there] = await Promise.all([old.stat(), stat(path).catch(() => undefined)]);
  if (!there || there.ino === ino) return undefined;
  const file = await open(path, 'r');
  const folder = dirname(path);
  const full = basename(path) === currentName ? await fullFiles(folder) : [];
  const inodes = await Promise.all(full.map(async (name) => (await stat(name)).ino));
  const [from, to] = [inodes.indexOf(ino), inodes.indexOf((await file.stat()).ino)];
  return { file, between: from === -1 ? [] : full.slice(from + 1, to === -1 ? undefined : to) };
}

async function fullFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => fullPattern.test(name));
  return names.toSorted().map((name) => join(folder, name));
}

/** Whole lines of the pieces; `onRest` gets what has no end of line at the end. */
export async function* linesOf(pieces: TextPieces, onRest: (text: string) => void): AsyncGenerator<string> {
  let carried = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = Buffer.concat([carried, Buffer.from(piece)]);
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
    carried = bytes.subarray(start);
  }
  onRest(carried.toString('utf8'));
}
