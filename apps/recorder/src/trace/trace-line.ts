import { traceVersion, type TraceEvent, type TraceHead, type TraceNote } from '#libs/contracts';
import type { Positions, ReadEvent } from '#libs/state';
import type { ChainEnd } from '../seal/believe-head.js';
import type { FileSeal } from '../seal/seal-chain.js';

const newline = '\n';

/** One event as a line. Of an event whose directive is gone the pointer is left: `data` is empty then and `isLost` says so. */
export function eventLine({ pointer, event }: ReadEvent): string {
  const { shard, streamId, directiveId, seq, tenant } = pointer;
  const timestamp = event?.timestamp ?? new Date(Number(streamId.split('-')[0])).toISOString();
  const line: TraceEvent = {
    type: event?.type ?? pointer.type,
    timestamp,
    directive: directiveId,
    task: event?.task ?? null,
    seq,
    tenant,
    data: event?.data ?? {},
    ...(event ? {} : { isLost: true }),
    at: `${shard}:${streamId}`,
  };
  return JSON.stringify(line) + newline;
}

type FileStart = Pick<TraceHead, 'installation'> & { positions: Positions } & FileSeal;

export function headLine({ installation, positions, ...forSeals }: FileStart, nowMs: number): string {
  const line: TraceHead = {
    type: 'recorder.opened',
    timestamp: new Date(nowMs).toISOString(),
    version: traceVersion,
    installation,
    positions: Object.fromEntries(positions),
    ...forSeals,
  };
  return JSON.stringify(line) + newline;
}

/** `from` is the position before the hole, `to` the one to go on from. */
export function noteLine(
  type: TraceNote['type'],
  { shard, from, to }: { shard: number; from: string; to: string },
  nowMs: number,
): string {
  const timestamp = new Date(nowMs).toISOString();
  const line: TraceNote = { type, timestamp, shard, after: from, at: `${shard}:${to}` };
  return JSON.stringify(line) + newline;
}

export interface LinePlace {
  shard: number;
  position: string;
}

const placePattern = /^(\d+):(\d+-\d+(?:\/\d+)?)$/;

/** Where the stream stood when the line was written; undefined for what no recorder wrote or did not write to its end. */
export function placeOfLine(line: Record<string, unknown> | undefined): LinePlace | undefined {
  const match = placePattern.exec(String(line?.['at']));
  return match ? { shard: Number(match[1]), position: match[2]! } : undefined;
}

/** Undefined for a line from before lines were sealed. */
export function sealOfLine(line: Record<string, unknown> | undefined): ChainEnd | undefined {
  const number = line?.['line'];
  const seal = line?.['seal'];
  return typeof number === 'number' && typeof seal === 'string' ? { line: number, seal } : undefined;
}

export function parseLine(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
