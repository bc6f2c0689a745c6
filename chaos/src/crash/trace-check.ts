import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredDirective } from '../checker/evidence.js';

interface TraceLine {
  directive?: string;
  seq?: number;
}

/** The events in all files of a trace, by directive, in the order they were written. */
async function readTrace(folder: string): Promise<Map<string, number[]>> {
  const files = (await readdir(folder)).filter((name) => /^events.*\.jsonl$/.test(name)).toSorted();
  const texts = await Promise.all(files.map(async (name) => readFile(join(folder, name), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line) as TraceLine);
  const events = lines.filter(
    (line): line is Required<TraceLine> => line.directive !== undefined && line.seq !== undefined,
  );
  return new Map(
    [...Map.groupBy(events, ({ directive }) => directive)].map(([id, list]) => [id, list.map(({ seq }) => seq)]),
  );
}

/** Where the trace is not each event of each directive once, in order. */
export async function checkTrace(folder: string, directives: readonly StoredDirective[]): Promise<string[]> {
  const trace = await readTrace(folder);
  return directives.flatMap(({ id, events }) => {
    const told = trace.get(id) ?? [];
    const stored = events.map(({ seq }) => seq);
    return told.join() === stored.join() ? [] : [`the trace has ${told.join()} of ${id}, Redis ${stored.join()}`];
  });
}
