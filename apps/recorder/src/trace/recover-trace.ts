import { open } from 'node:fs/promises';
import type { TraceHead } from '#libs/contracts';
import { isAfter, streamStart, type Positions } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import type { ChainEnd } from '../seal/believe-head.js';
import { chainStart } from '../seal/seal-chain.js';
import { readHead, scanTrace, type Damage, type Reach, type TraceScan } from './scan-trace.js';
import type { TraceFolder } from './trace-folder.js';

export interface TraceOwner {
  /** The word that tells this installation's trace from another's in the same folder. */
  installation: string;
  shards: readonly number[];
  /** What was durable when it was told to Redis: nothing up to here may be cut. */
  published: Positions;
  /** A file is sealed with one key. */
  keyId: string;
}

/** Where to go on, and whether in the file that is there. */
export interface Recovered {
  positions: Positions;
  /** The last sealed line of all files, also of another installation's: the seals of a folder are one chain. */
  end: ChainEnd;
  /** The first line of the file that `end` is in. */
  opened: TraceHead | undefined;
  /** Size of the current file; undefined when a new one has to be begun. */
  bytes: number | undefined;
}

/**
 * Finds from the files alone how far the trace is, and makes the current file end with a whole line. Every line carries its place in the
 * stream, so whatever was written before a crash is exactly what is not written again.
 */
export async function recoverTrace(folder: TraceFolder, owner: TraceOwner, logger: Logger): Promise<Recovered> {
  const scan = await scanTrace(folder.current);
  if (scan?.head?.installation === owner.installation) {
    const { positions, end = chainStart, bytes } = await mend(folder, scan, owner, logger);
    if (scan.head.key === owner.keyId) {
      tellIfBehind(positions, folder, owner, logger);
      return { positions: complete(positions, owner.shards), end, opened: scan.head, bytes };
    }
    const path = await folder.setAside();
    logger.info({ path }, 'the trace file is not sealed with the present key; it was set aside and a new one begins');
  } else if (scan && scan.lines > 0) {
    await cut(folder.current, scan.wholeBytes);
    const path = await folder.setAside();
    logger.info({ path }, 'the trace file is not of this installation; it was set aside and a new one begins');
  }
  const last = await reachOfFullFiles(folder, owner);
  if (last.positions) tellIfBehind(last.positions, folder, owner, logger);
  else if (owner.published.size > 0)
    logger.warn(
      { dir: folder.dir },
      'events were recorded before, but their trace file is gone; it begins again with what the streams still hold',
    );
  return { ...last, positions: complete(last.positions ?? new Map(), owner.shards), bytes: undefined };
}

async function mend(
  folder: TraceFolder,
  scan: TraceScan,
  owner: TraceOwner,
  logger: Logger,
): Promise<Reach & { bytes: number }> {
  const { damage } = scan;
  const isCut = damage !== undefined && isUnpublished(damage, owner.published);
  const bytes = isCut ? damage.offset : scan.wholeBytes;
  if (damage !== undefined)
    logger.warn(
      { path: folder.current, line: damage.line, isCut },
      isCut
        ? 'a line of the trace cannot be read; it and what follows were never safe on disk and are recorded again'
        : 'a line of the trace cannot be read; it was safe on disk once, so another hand changed it, and it is left',
    );
  if (bytes < scan.totalBytes) await cut(folder.current, bytes);
  const { positions, end } = isCut ? damage : scan;
  return { positions, end, bytes };
}

/** Of shards that the file knows: one that was added since is at its start. */
function tellIfBehind(positions: Positions, { dir }: TraceFolder, { published }: TraceOwner, logger: Logger): void {
  if ([...positions].every(([shard, position]) => !isAfter(published.get(shard) ?? streamStart, position))) return;
  logger.warn(
    { dir },
    'the trace ends before what was recorded last: a recorder went on in another folder, or another hand put an older trace back',
  );
}

/** A power cut may lose any page that was not synced; the streams still hold all that was not published as recorded. */
function isUnpublished({ positions }: Damage, published: Positions): boolean {
  return [...published].every(([shard, mark]) => !isAfter(mark, positions.get(shard) ?? streamStart));
}

async function cut(path: string, bytes: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** After a crash between two files, or when the current one was deleted or set aside: what the newest full files tell. */
async function reachOfFullFiles(
  folder: TraceFolder,
  owner: TraceOwner,
): Promise<Pick<Recovered, 'end' | 'opened'> & { positions?: Positions }> {
  let end: ChainEnd | undefined;
  let opened: TraceHead | undefined;
  for (const path of (await folder.full()).toReversed()) {
    const head = await readHead(path);
    const isOurs = head?.installation === owner.installation;
    // A file is read to its end, 1.5 s for 64 MiB, only when it tells something.
    if (!isOurs && (end !== undefined || head?.key === undefined)) continue;
    const scan = await scanTrace(path);
    if (end === undefined) opened = head;
    end ??= scan?.end;
    if (isOurs && scan) return { positions: scan.positions, end: end ?? chainStart, opened };
  }
  return { end: end ?? chainStart, opened };
}

/** A shard that was added since begins at its start. */
function complete(positions: Positions, shards: readonly number[]): Positions {
  return new Map(shards.map((shard) => [shard, positions.get(shard) ?? streamStart]));
}
