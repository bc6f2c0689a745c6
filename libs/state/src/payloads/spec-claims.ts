import type { PayloadClaim } from '#libs/contracts';

/** Parts of a stored task that lie in the artifact store; in the spec itself stands null, or an empty list. */
export interface SpecClaims {
  input?: PayloadClaim;
  /** The element of a fan-out that a child is about. */
  item?: PayloadClaim;
  /** The list that a fan-out is about. */
  items?: PayloadClaim;
}
