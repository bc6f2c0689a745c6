import type { Json, PayloadClaim } from '#libs/contracts';
import type { SpecRecord } from '../plan/plan-encoding.js';

/** The spec with its claimed parts in place; the same object when it has none. */
export async function fillSpec(spec: SpecRecord, load: (claim: PayloadClaim) => Promise<Json>): Promise<SpecRecord> {
  if (!spec.claims) return spec;
  const { claims, ...filled } = spec;
  if (claims.input) filled.input = await load(claims.input);
  if (claims.item) filled.item = await load(claims.item);
  if (claims.items && filled.forEach) {
    // A list or a reference when it was submitted, and its hash says that it is what was submitted.
    const items = (await load(claims.items)) as typeof filled.forEach.items;
    filled.forEach = { ...filled.forEach, items };
  }
  return filled;
}
