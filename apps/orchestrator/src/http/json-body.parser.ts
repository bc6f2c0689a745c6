import { isUtf8 } from 'node:buffer';
import { CocError, limits } from '#libs/contracts';

const byte = {
  quote: 0x22,
  colon: 0x3a,
  backslash: 0x5c,
  openList: 0x5b,
  closeList: 0x5d,
  openObject: 0x7b,
  closeObject: 0x7d,
};

/**
 * Looks at the bytes, before anything is built from them: 8 MB of "[" would parse to a gigabyte. Answers how many members the objects
 * have in the text: a colon outside of a text is one.
 */
function checkDepth(bytes: Uint8Array): number {
  let depth = 0;
  let members = 0;
  let isInText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const now = bytes[at];
    if (isInText) {
      if (now === byte.backslash) at += 1;
      else if (now === byte.quote) isInText = false;
    } else if (now === byte.quote) isInText = true;
    else if (now === byte.colon) members += 1;
    else if (now === byte.openList || now === byte.openObject) {
      depth += 1;
      if (depth > limits.maxJsonDepth) throw bodyTooDeep();
    } else if (now === byte.closeList || now === byte.closeObject) depth -= 1;
  }
  return members;
}

function bodyTooDeep(): CocError {
  return new CocError('BODY_TOO_DEEP', `the body is nested deeper than the limit of ${limits.maxJsonDepth} levels`);
}

/** A key that changes a prototype when somebody later copies the object by assignment. */
function poisonIn(value: object): string | undefined {
  if (Object.hasOwn(value, '__proto__')) return '"__proto__"';
  const maker = Object.hasOwn(value, 'constructor') ? (value as { constructor: unknown }).constructor : undefined;
  const isPoison = typeof maker === 'object' && maker !== null && Object.hasOwn(maker, 'prototype');
  return isPoison ? '"constructor" with a "prototype"' : undefined;
}

const suspect = /__proto__|constructor|\\u00|\\ud[89a-f]/i;

/** Only a body that names a suspect key or half a character is walked, escapes included: most never are. */
function checkContent(text: string, body: unknown): void {
  if (!suspect.test(text)) return;
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'string') checkText(value);
    if (typeof value !== 'object' || value === null) continue;
    const poison = poisonIn(value);
    if (poison) throw malformed(`the body has the key ${poison}, which no field may be called`);
    for (const [key, child] of Object.entries(value)) open.push(key, child);
  }
}

/** Redis' JSON reader refuses it, and no UTF-8 can carry it (RFC 7493, section 2.1). */
function checkText(value: string): void {
  if (!value.isWellFormed()) throw malformed('a text in the body has half of a surrogate pair, which is no character');
}

/** Of a key that stands twice the last would count here, and another for whoever looked before us: a proxy, a policy. */
function checkMembers(body: unknown, members: number): void {
  let built = 0;
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const children = Object.values(value);
    if (!Array.isArray(value)) built += children.length;
    for (const child of children) if (typeof child === 'object') open.push(child);
  }
  if (built !== members) throw malformed('an object in the body has the same key twice');
}

function malformed(detail: string, cause?: unknown): CocError {
  return new CocError('BODY_MALFORMED', detail, [], { cause });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw malformed(`the body is not JSON: ${(cause as Error).message.slice(0, 200)}`, cause);
  }
}

/** undefined for an empty body. Throws BODY_MALFORMED or BODY_TOO_DEEP before any schema looks at the value. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.byteLength === 0) return undefined;
  if (!isUtf8(bytes)) throw malformed('the body is not UTF-8');
  const members = checkDepth(bytes);
  const text = bytes.toString('utf8');
  const body = parse(text);
  checkMembers(body, members);
  checkContent(text, body);
  return body;
}
