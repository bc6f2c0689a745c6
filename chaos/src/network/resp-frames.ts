/** One whole request or reply as it stood on the wire. */
export interface RespFrame {
  bytes: Buffer;
  /** The first byte of RESP: `*` array, `-` error, `>` push. */
  kind: string;
}

const lineEnd = Buffer.from('\r\n');
/** What says its number of elements first. A map and an attribute have two of them for each. */
const elements: Record<string, number> = { '*': 1, '~': 1, '>': 1, '%': 2, '|': 2 };
const blobs = new Set(['$', '!', '=']);

/** Cuts a stream of RESP 2 or 3 into whole frames; what is begun stays until its rest comes. */
export class RespFrames {
  private buffered: Buffer = Buffer.alloc(0);
  /** Where the next line of an unfinished frame begins. */
  private at = 0;
  /** Elements still to come, the innermost aggregate last. */
  private open: number[] = [];

  push(chunk: Buffer): RespFrame[] {
    this.buffered = this.buffered.length === 0 ? chunk : Buffer.concat([this.buffered, chunk]);
    const frames: RespFrame[] = [];
    while (this.step()) {
      if (this.open.length > 0) continue;
      frames.push({ bytes: this.buffered.subarray(0, this.at), kind: String.fromCharCode(this.buffered[0]!) });
      this.buffered = this.buffered.subarray(this.at);
      this.at = 0;
    }
    return frames;
  }

  /** Reads one element or the head of an aggregate; false when it is not whole yet. */
  private step(): boolean {
    const end = this.buffered.indexOf(lineEnd, this.at);
    if (end === -1) return false;
    const kind = String.fromCharCode(this.buffered[this.at]!);
    const size = Number(this.buffered.toString('latin1', this.at + 1, end));
    let next = end + lineEnd.length;
    if (blobs.has(kind) && size >= 0) next += size + lineEnd.length;
    if (next > this.buffered.length) return false;
    this.at = next;
    const count = size * (elements[kind] ?? 0);
    if (count > 0) this.open.push(count + (kind === '|' ? 1 : 0));
    else this.finishElement();
    return true;
  }

  private finishElement(): void {
    while (this.open.length > 0) {
      const left = this.open.pop()! - 1;
      if (left > 0) {
        this.open.push(left);
        return;
      }
    }
  }
}

/** The words of a request; an inline command is split at blanks. */
export function requestWords({ bytes, kind }: RespFrame, most: number): string[] {
  if (kind !== '*') return bytes.toString('latin1').trim().split(/\s+/).slice(0, most);
  const words: string[] = [];
  let at = bytes.indexOf(lineEnd) + lineEnd.length;
  while (words.length < most && at < bytes.length) {
    const end = bytes.indexOf(lineEnd, at);
    const size = Number(bytes.toString('latin1', at + 1, end));
    const start = end + lineEnd.length;
    words.push(bytes.toString('utf8', start, start + size));
    at = start + size + lineEnd.length;
  }
  return words;
}
