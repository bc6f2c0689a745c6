import { limits, type ActionRecord } from '#libs/contracts';

/** Bytes of JSON an input of the action may have: more, where its workers fetch claims, for then no job in Redis holds it. */
export function inputLimitOf({ claims }: Pick<ActionRecord, 'claims'>): number {
  return claims ? limits.maxClaimedInputBytes : limits.maxInputBytes;
}

/** Says how much it was, how much it may be, and what to do. */
export function inputTooLarge(bytes: number, maxBytes: number): string {
  return `it has ${bytes} bytes and the limit is ${maxBytes}; hand large data on as an artifact`;
}
