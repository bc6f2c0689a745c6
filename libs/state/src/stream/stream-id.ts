/**
 * A place in a shard's stream: the id of an entry, or `<id>/<k>` within an entry that points to several events, after its event `k`. The
 * last event of an entry has the entry's own id for its place.
 */
export type StreamPlace = string;

/** Before every entry of a stream. */
export const streamStart: StreamPlace = '0-0';

const lastSeq = '18446744073709551615';

interface PlaceParts {
  ms: number;
  seq: number;
  /** Infinity for the whole entry. */
  within: number;
}

export function partsOf(place: StreamPlace): PlaceParts {
  const [id = '', within] = place.split('/', 2);
  const [ms, seq = '0'] = id.split('-', 2);
  return { ms: Number(ms), seq: Number(seq), within: within === undefined ? Infinity : Number(within) };
}

/** The entry that a place is in or at the end of. */
export function entryOf(place: StreamPlace): string {
  return place.split('/', 1)[0]!;
}

/** The id after which to read on: an entry that was not taken to its end is read again. */
export function readAfter(place: StreamPlace): string {
  const { ms, seq, within } = partsOf(place);
  if (within === Infinity) return place;
  return seq > 0 ? `${ms}-${seq - 1}` : `${ms - 1}-${lastSeq}`;
}

/** Redis' ids are compared by number: "9-0" stands before "10-0". */
export function isAfter(left: StreamPlace, right: StreamPlace): boolean {
  if (left === right) return false;
  const [one, other] = [partsOf(left), partsOf(right)];
  if (one.ms !== other.ms) return one.ms > other.ms;
  return one.seq === other.seq ? one.within > other.within : one.seq > other.seq;
}
