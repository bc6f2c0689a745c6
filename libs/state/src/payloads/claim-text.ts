import type { PayloadClaim } from '#libs/contracts';

/** Stands where a JSON text would: no JSON text begins with a "c", so no value of a user reads as a claim. */
const pattern = /^claim:([0-9a-f]{64}):([1-9]\d{0,14})$/;

export function encodeClaim({ sha256, bytes }: PayloadClaim): string {
  return `claim:${sha256}:${bytes}`;
}

/** undefined for a JSON text. */
export function decodeClaim(text: string): PayloadClaim | undefined {
  if (!text.startsWith('c')) return undefined;
  const match = pattern.exec(text);
  return match ? { sha256: match[1]!, bytes: Number(match[2]) } : undefined;
}
