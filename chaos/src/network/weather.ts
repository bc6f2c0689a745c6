/** What a link does to every byte that passes it, in either direction. */
export interface Weather {
  latencyMs: number;
  /** Up to this much is added, for each chunk anew; the order of the bytes stays. */
  jitterMs: number;
  bytesPerSecond: number;
  /** Nothing comes back: requests still arrive, their replies are kept. */
  isSilent: boolean;
}

export const calm: Weather = { latencyMs: 0, jitterMs: 0, bytesPerSecond: Infinity, isSilent: false };
