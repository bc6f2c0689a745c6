import { open } from 'node:fs/promises';
import { readHead } from './scan-trace.js';
import type { TraceFolder } from './trace-folder.js';
import { parseLine, sealOfLine } from './trace-line.js';

/** The sealed lines with a higher number, oldest first, without their newline. Reads the files that can have such lines, no others. */
export async function* linesAfter(folder: TraceFolder, number: number): AsyncGenerator<string> {
  for (const path of await filesAfter(folder, number)) {
    const file = await open(path);
    try {
      for await (const text of file.readLines()) {
        const sealed = sealOfLine(parseLine(text));
        if (sealed && sealed.line > number) yield text;
      }
    } finally {
      await file.close();
    }
  }
}

async function filesAfter(folder: TraceFolder, number: number): Promise<string[]> {
  const files: string[] = [];
  for (const path of (await folder.files()).toReversed()) {
    files.unshift(path);
    const first = (await readHead(path))?.line;
    if (first !== undefined && first <= number + 1) break;
  }
  return files;
}
