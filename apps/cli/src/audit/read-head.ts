import { readFile } from 'node:fs/promises';
import { AuditHead } from '#libs/contracts';
import { readSeal } from './sealed-line.js';
import type { VerifyKey } from './verify-key.js';

interface NoHead {
  head: undefined;
  kind: 'head' | 'wrong-key';
  detail: string;
}

/** The head of a trace, or why there is none to go by. */
export type ReadHead = { path: string } & ({ head: AuditHead } | NoHead);

const newline = 0x0a;
const noHead = (kind: NoHead['kind'], detail: string): NoHead => ({ head: undefined, kind, detail });

/** Never throws: a head that cannot be read is something that was found. */
export async function readHead(path: string, keys: ReadonlyMap<string, VerifyKey>): Promise<ReadHead> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => error.code ?? error.message);
  if (typeof bytes !== 'string') return { path, ...checkHead(bytes, keys) };
  return { path, ...noHead('head', `there is no audit head that can be read (${bytes})`) };
}

export function checkHead(bytes: Buffer, keys: ReadonlyMap<string, VerifyKey>): { head: AuditHead } | NoHead {
  const head = parseHead(bytes);
  const sealed = bytes.at(-1) === newline ? readSeal(bytes.subarray(0, -1)) : undefined;
  if (!head || !sealed) return noHead('head', 'it is no audit head: it was changed');
  const key = keys.get(head.key);
  if (!key) return noHead('wrong-key', `it is sealed with the key ${head.key}, which was not given`);
  return key.fits('head', sealed) ? { head } : noHead('head', 'the audit head is not what was sealed: it was changed');
}

function parseHead(bytes: Buffer): AuditHead | undefined {
  try {
    return AuditHead.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
