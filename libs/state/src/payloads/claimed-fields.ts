import type { Json, PayloadClaim } from '#libs/contracts';

const claimable = ['input', 'output'] as const;
type Claimable = (typeof claimable)[number];

/** A part of a directive's record. `claims` is ours: what a client sends stands below `input` and `output`. */
export interface ClaimedFields {
  input?: Json;
  output?: Json;
  claims?: Partial<Record<Claimable, PayloadClaim>>;
}

/** The JSON text of a record without its large fields, which `put` moves to the store; `put` answers undefined for a small one. */
export async function claimFields(
  recordText: string,
  put: (text: string) => Promise<PayloadClaim | undefined>,
): Promise<string> {
  const record = JSON.parse(recordText) as ClaimedFields;
  const claims: ClaimedFields['claims'] = {};
  for (const name of claimable) {
    const claim = record[name] === undefined ? undefined : await put(JSON.stringify(record[name]));
    if (!claim) continue;
    claims[name] = claim;
    delete record[name];
  }
  return JSON.stringify(Object.keys(claims).length === 0 ? record : { ...record, claims });
}

/** The value of a field, be it in the record or in the store; undefined when it has neither. */
export async function readField(
  record: ClaimedFields,
  name: Claimable,
  load: (claim: PayloadClaim) => Promise<Json>,
): Promise<Json | undefined> {
  const claim = record.claims?.[name];
  return claim ? load(claim) : record[name];
}
