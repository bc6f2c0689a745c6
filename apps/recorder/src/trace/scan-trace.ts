import { createReadStream } from 'node:fs';
import { TraceHead } from '#libs/contracts';
import type { Positions } from '#libs/state';
import type { ChainEnd } from '../seal/believe-head.js';
import { parseLine, placeOfLine, sealOfLine } from './trace-line.js';

/** What the lines up to a place tell: how far the streams were taken, and the last seal, if any of them is sealed. */
export interface Reach {
  positions: Positions;
  end: ChainEnd | undefined;
}

/** A place of a file that cannot be read, with the reach of all that stands before it. */
export interface Damage extends Reach {
  line: number;
  offset: number;
}

/** What a trace file says by itself about how far it is. */
export interface TraceScan extends Reach {
  /** Undefined for a file whose first line was never written to its end, and for one that is no trace. */
  head: TraceHead | undefined;
  lines: number;
  /** Up to the end of the last whole line. */
  wholeBytes: number;
  totalBytes: number;
  /** The first line that cannot be read; a torn last line is not one. */
  damage: Damage | undefined;
}

const chunkBytes = 1_024 * 1_024;
const newline = 0x0a;

/** Reads a trace from beginning to end; undefined when there is no such file. */
export async function scanTrace(path: string): Promise<TraceScan | undefined> {
  const scan = emptyScan();
  let carried = Buffer.alloc(0);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
      const bytes = Buffer.concat([carried, chunk as Buffer]);
      carried = bytes.subarray(takeLines(scan, bytes));
      scan.totalBytes += (chunk as Buffer).length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return scan;
}

/** Only the first line: enough to know whose trace it is. */
export async function readHead(path: string): Promise<TraceHead | undefined> {
  const scan = emptyScan();
  let carried = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    carried = Buffer.concat([carried, chunk as Buffer]);
    const end = carried.indexOf(newline);
    if (end === -1) continue;
    takeLine(scan, carried.toString('utf8', 0, end), end + 1);
    break;
  }
  return scan.head;
}

function emptyScan(): TraceScan {
  return {
    head: undefined,
    positions: new Map(),
    end: undefined,
    lines: 0,
    wholeBytes: 0,
    totalBytes: 0,
    damage: undefined,
  };
}

/** Takes the whole lines and answers where the torn rest begins. */
function takeLines(scan: TraceScan, bytes: Buffer): number {
  let start = 0;
  for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
    takeLine(scan, bytes.toString('utf8', start, end), end + 1 - start);
    start = end + 1;
  }
  return start;
}

function takeLine(scan: TraceScan, text: string, bytes: number): void {
  scan.lines += 1;
  const line = parseLine(text);
  if (scan.lines === 1) {
    scan.head = TraceHead.safeParse(line).data;
    for (const [shard, position] of Object.entries(scan.head?.positions ?? {}))
      scan.positions.set(Number(shard), position);
  } else {
    const place = placeOfLine(line);
    if (place) scan.positions.set(place.shard, place.position);
    else scan.damage ??= damageAt(scan);
  }
  scan.end = sealOfLine(line) ?? scan.end;
  scan.wholeBytes += bytes;
}

const damageAt = ({ lines, wholeBytes, positions, end }: TraceScan): Damage => ({
  line: lines,
  offset: wholeBytes,
  positions: new Map(positions),
  end,
});
