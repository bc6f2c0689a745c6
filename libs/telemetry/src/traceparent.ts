import { randomBytes } from 'node:crypto';

const pattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;
const idsBytes = 24;

let pool = '';
let used = 0;

/** Two calls into the system for each submit were a twentieth of it. */
function randomIds(): string {
  if (used === pool.length) {
    pool = randomBytes(idsBytes * 170).toString('hex');
    used = 0;
  }
  used += 2 * idsBytes;
  return pool.slice(used - 2 * idsBytes, used);
}

/** W3C trace context for a new directive, or the caller's own when it sent a well-formed one. */
export function traceparentFrom(header: string | undefined): string {
  if (header !== undefined && pattern.test(header)) return header;
  const ids = randomIds();
  return `00-${ids.slice(0, 32)}-${ids.slice(32)}-01`;
}
