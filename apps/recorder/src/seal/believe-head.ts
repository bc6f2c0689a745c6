import type { AuditHead, TraceHead } from '#libs/contracts';
import type { AuditKey } from './audit-key.js';
import type { FoundHead, HeadBefore } from './head-file.js';
import { readSealed } from './sealed-text.js';

/** The last sealed line: its number since sealing began, and its seal. */
export interface ChainEnd {
  line: number;
  seal: string;
}

/** What the files say of themselves. Whoever can write them can write this, so nothing of it is believed without a seal. */
export interface FoundChain {
  end: ChainEnd;
  /** The first line of the file that `end` is in. */
  opened: TraceHead | undefined;
  /** The sealed lines with a higher number, in order, without their newline. */
  linesAfter: (line: number) => AsyncIterable<string>;
}

/** The head to go by, and, when it is of another key and could not be checked here, what has to be handed on to be checked later. */
export interface Belief {
  head: AuditHead;
  before?: HeadBefore;
}

/**
 * Undefined when the head does not fit the lines. Files and head may be brought back to what they were once this was asked, so each
 * answer that is not undefined is bound by what is sealed next: the seal that the next line follows on, or `before` in it.
 */
export async function believeHead(found: FoundHead, chain: FoundChain, key: AuditKey): Promise<Belief | undefined> {
  if (found.is === 'own') return (await leadsToEnd(found.head, chain, key)) ? { head: found.head } : undefined;
  if (found.is !== 'foreign') return undefined;
  const { head, before } = found;
  if (await isHandedOn(before, chain, key)) return { head };
  return (await fitsItsFile(head, chain)) ? { head, before } : undefined;
}

/** Each line after the head, if there are any, was sealed with our key after the one before it. */
async function leadsToEnd(
  { line, last }: AuditHead,
  { end, opened, linesAfter }: FoundChain,
  key: AuditKey,
): Promise<boolean> {
  if (line > end.line) return true;
  // A key that sealed no line of the file has no head to tell of it, or somebody put it in the place of ours.
  if (end.line > 0 && opened?.key !== key.id) return false;
  let seal = last;
  for await (const text of linesAfter(line)) {
    const sealed = readSealed(text);
    if (sealed?.seal !== key.seal(seal, sealed?.body ?? '')) return false;
    seal = sealed.seal;
  }
  return seal === end.seal;
}

/** We were killed with a new key, after the first line that hands the head on and before a head of ours. */
async function isHandedOn({ sha256 }: HeadBefore, { end, opened, linesAfter }: FoundChain, key: AuditKey) {
  if (opened?.key !== key.id || opened.line !== end.line) return false;
  if ((opened['headBefore'] as HeadBefore | undefined)?.sha256 !== sha256) return false;
  for await (const text of linesAfter(end.line - 1)) {
    const sealed = readSealed(text);
    return sealed?.seal === key.seal(opened.previous ?? '', sealed?.body ?? '');
  }
  return false;
}

/** All that can be seen without the other key. With `begins` beyond its last line a head would ask for no file of that key at all. */
async function fitsItsFile({ key, begins, line, last }: AuditHead, { end, opened, linesAfter }: FoundChain) {
  if (opened?.key !== key || opened.line === undefined || begins > Math.max(1, line)) return false;
  if (line >= end.line) return line > end.line || last === end.seal;
  if (line < opened.line) return line === opened.line - 1 && last === opened.previous;
  for await (const text of linesAfter(line - 1)) return last === readSealed(text)?.seal;
  return false;
}
