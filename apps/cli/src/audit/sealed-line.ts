import { sealField } from '#libs/contracts';

/** A line of a trace with a seal, as bytes and without its newline. */
export interface SealedLine {
  /** Its number since sealing began; undefined for the head, which is sealed in the same form. */
  number: number | undefined;
  seal: string;
  /** What was sealed, but for its closing brace. */
  open: Buffer;
}

const { before, length, after } = sealField;
const fieldBytes = before.length + length + after.length;
const numberPattern = /,"line":([1-9]\d{0,14})$/;
const numberBytes = ',"line":'.length + 15;

/** Undefined when the last field is no seal. */
export function readSeal(line: Buffer): SealedLine | undefined {
  const at = line.length - fieldBytes;
  if (at < 0) return undefined;
  // latin1 is a character a byte: no two different fields read the same.
  const field = line.toString('latin1', at);
  if (!field.startsWith(before) || !field.endsWith(after)) return undefined;
  const number = numberPattern.exec(line.toString('latin1', Math.max(0, at - numberBytes), at))?.[1];
  return {
    number: number === undefined ? undefined : Number(number),
    seal: field.slice(before.length, -after.length),
    open: line.subarray(0, at),
  };
}
