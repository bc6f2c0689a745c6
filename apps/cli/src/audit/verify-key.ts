import { createHash, createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import type { SealedLine } from './sealed-line.js';

/** A key that seals are checked with. Made from the format in docs/audit.md, not from the recorder's code. */
export class VerifyKey {
  readonly id: string;
  private readonly secret: KeyObject;

  constructor(secret: string) {
    this.secret = createSecretKey(createHash('sha256').update(secret).digest('hex'), 'utf8');
    this.id = createHmac('sha256', this.secret).update('coc audit key').digest('hex').slice(0, 16);
  }

  /** `first` is the seal of the line before, or the word `head`. The bytes count, not what they decode to. */
  fits(first: string, { open, seal }: Pick<SealedLine, 'open' | 'seal'>): boolean {
    return this.sealOf(first, open) === seal;
  }

  /** `open` is what is sealed, but for its closing brace. */
  sealOf(first: string, open: Buffer | string): string {
    return createHmac('sha256', this.secret).update(`${first}\n`).update(open).update('}').digest('base64url');
  }
}
