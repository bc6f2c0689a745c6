/** Before every entry of a stream. */
export const streamStart = '0-0';

type IdParts = [ms: number, seq: number];

export function partsOf(id: string): IdParts {
  const [ms, seq = '0'] = id.split('-', 2);
  return [Number(ms), Number(seq)];
}

/** Redis' ids are compared by number: "9-0" stands before "10-0". */
export function isAfter(left: string, right: string): boolean {
  if (left === right) return false;
  const [leftMs, leftSeq] = partsOf(left);
  const [rightMs, rightSeq] = partsOf(right);
  return leftMs === rightMs ? leftSeq > rightSeq : leftMs > rightMs;
}
