import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AuditHead } from '#libs/contracts';
import type { VerifyKey } from './verify-key.js';

/** As the first line of a file tells of the head of an earlier key: its text without the seal, and the SHA-256 of the text with it. */
const HeadBefore = z.object({ text: z.string(), sha256: z.string() });

/** What was checked of the file before: its key, and its seals in order; the first one is that of the line before that file. */
export interface CheckedFile {
  key: VerifyKey;
  seals: readonly string[];
  lastNumber: number;
}

const told = 'it should hand on the head of the earlier key, and';

/**
 * What is wrong, undefined when the earlier key sealed the head and the head tells of a line of the file before. The recorder has only the
 * new key, so it could not check this.
 */
export function doubtHeadBefore(value: unknown, before: CheckedFile): string | undefined {
  const parsed = parse(value);
  if (!parsed) return `${told} does not`;
  const { head, text, sha256 } = parsed;
  if (head.key !== before.key.id) return `${told} hands on one of the key ${head.key}`;
  const open = text.slice(0, -1);
  const whole = `${open},"seal":"${before.key.sealOf('head', open)}"}`;
  if (createHash('sha256').update(whole).digest('hex') !== sha256) return `${told} this one is not what was sealed`;
  const fromEnd = before.lastNumber - head.line;
  if (fromEnd < 0 || before.seals.at(-1 - fromEnd) !== head.last) return `${told} this one tells of another line`;
  return undefined;
}

const CheckedHead = AuditHead.pick({ key: true, line: true, last: true });

function parse(value: unknown): { head: z.infer<typeof CheckedHead>; text: string; sha256: string } | undefined {
  try {
    const { text, sha256 } = HeadBefore.parse(value);
    return { head: CheckedHead.parse(JSON.parse(text)), text, sha256 };
  } catch {
    return undefined;
  }
}
