import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** `coc_<id>_<secret>`: the secret has 256 random bits. */
export interface KeyText {
  id: string;
  secret: string;
}

const keyPattern = /^coc_([a-z0-9]{1,32})_([\w-]{43})$/;

export function parseKeyText(text: string): KeyText | undefined {
  const [, id, secret] = keyPattern.exec(text) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

export function formatKeyText({ id, secret }: KeyText): string {
  return `coc_${id}_${secret}`;
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function newKeyId(): string {
  return randomBytes(8).toString('hex');
}

/** In hex. A plain hash is enough: nobody can try 2^256 secrets. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

export function isSameHash(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
