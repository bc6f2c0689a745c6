import { randomBytes } from 'node:crypto';

const pattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** W3C trace context for a new directive, or the caller's own when it sent a well-formed one. */
export function traceparentFrom(header: string | undefined): string {
  if (header !== undefined && pattern.test(header)) return header;
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}
