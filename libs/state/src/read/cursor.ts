import { CocError } from '#libs/contracts';

type CursorPart = string | number;

/** Opaque to clients; they hand back what they got. */
export function encodeCursor(parts: readonly CursorPart[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Throws CURSOR_INVALID on anything that `encodeCursor` could not have made with these types. */
export function decodeCursor(cursor: string, types: readonly ('string' | 'number')[]): CursorPart[] {
  const parts = parse(cursor);
  const fits =
    Array.isArray(parts) &&
    parts.length === types.length &&
    parts.every((part, at) => typeof part === types[at] && isSane(part));
  if (!fits) throw new CocError('CURSOR_INVALID', 'the cursor is not one this API gave; start again without it');
  return parts as CursorPart[];
}

function isSane(part: unknown): boolean {
  return typeof part !== 'number' || (Number.isSafeInteger(part) && part >= 0);
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
