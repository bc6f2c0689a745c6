/** The numbers of a record that change, in the order in which scripts/includes/record.lua keeps them in its field `counts`. */
export const countNames = [
  'seq',
  'total',
  'open',
  'succeeded',
  'failed',
  'skipped',
  'cancelled',
  'expired',
  'broken',
  'sinksSucceeded',
  'closeCursor',
  'parked',
  'chargedMicroUsd',
  'reservedMicroUsd',
  'overrunMicroUsd',
  'chargedTokens',
  'reservedTokens',
] as const;
export type CountName = (typeof countNames)[number];

/** Of a directive that is just accepted the field may be absent; all are 0 then. */
export function parseCounts(text: string | null | undefined): Record<CountName, number> {
  const values = JSON.parse(text ?? '[]') as number[];
  return Object.fromEntries(countNames.map((name, at) => [name, values[at] ?? 0])) as Record<CountName, number>;
}
