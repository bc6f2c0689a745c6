import { TraceHead } from '#libs/contracts';
import { type Finding, linesInWords } from './finding.js';
import { doubtHeadBefore } from './head-before.js';
import { type SealedLine, readSeal } from './sealed-line.js';
import type { VerifyKey } from './verify-key.js';

const newline = 0x0a;

interface Checked {
  file: string;
  /** In the file. */
  line: number;
  number: number;
  seal: string;
}

/** A line with another number than the one that is due: what follows may say more. */
interface Doubt {
  due: number;
  seal: string;
  isNext: boolean;
}

type NumberedLine = SealedLine & { number: number };

/** What a walk through the files of a trace came to. */
export interface CheckedChain {
  finding: Finding | undefined;
  sealedLines: number;
  first: Checked | undefined;
  last: Checked | undefined;
  /** The line that was asked for. */
  watched: Checked | undefined;
  unsealedFiles: string[];
  /** At the end of the last file, without a newline. */
  tornBytes: number;
}

/** Takes the lines of all files in order and finds the first that is not where and as it was sealed. */
export class ChainCheck implements CheckedChain {
  finding: Finding | undefined;
  sealedLines = 0;
  first: Checked | undefined;
  last: Checked | undefined;
  watched: Checked | undefined;
  readonly unsealedFiles: string[] = [];

  private file = '';
  private line = 0;
  private isSealed = false;
  private key: VerifyKey | undefined;
  private doubt: Doubt | undefined;
  /** Of the file, after the one of the line before it. A file of 64 MiB has 200,000. */
  private seals: string[] = [];
  private carried = Buffer.alloc(0);

  constructor(
    private readonly keys: ReadonlyMap<string, VerifyKey>,
    private readonly watchedNumber: number | undefined,
  ) {}

  /** Nothing that comes can change the finding. */
  get isDecided(): boolean {
    return this.finding !== undefined && this.doubt === undefined;
  }

  beginFile(file: string): void {
    this.endFile();
    if (this.tornBytes > 0 && this.isSealed)
      this.find('cut-off', 'the file ends in the middle of a line', this.line + 1);
    this.file = file;
    this.line = 0;
    this.isSealed = false;
    this.carried = Buffer.alloc(0);
  }

  get tornBytes(): number {
    return this.carried.length;
  }

  /** Bytes of the file, cut anywhere. */
  take(piece: Buffer): void {
    const bytes = this.carried.length > 0 ? Buffer.concat([this.carried, piece]) : piece;
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      this.takeLine(bytes.subarray(start, end));
      start = end + 1;
    }
    this.carried = Buffer.from(bytes.subarray(start));
  }

  /** To be called after the last file. */
  end(): CheckedChain {
    this.endFile();
    return this;
  }

  private takeLine(bytes: Buffer): void {
    this.line += 1;
    const sealed = readSeal(bytes);
    if (this.finding) return this.resolve(sealed);
    if (sealed?.number === undefined) return this.takeUnsealed();
    const line = { ...sealed, number: sealed.number };
    if (this.line === 1) this.takeFirst(line, bytes);
    else if (this.isSealed) this.takeNext(line);
    else this.find('changed', 'it has no seal, though others in its file have: it was changed or inserted', 1);
  }

  private endFile(): void {
    if (this.finding || this.isSealed || this.line === 0) return;
    if (this.last) this.find('not-sealed', `nothing in this file is sealed, though ${this.last.file} before it is`, 1);
    else this.unsealedFiles.push(this.file);
  }

  private takeUnsealed(): void {
    if (this.isSealed) this.find('changed', 'it has no seal: it was changed or inserted');
  }

  /** The first line of a file names the key and the seal that it follows on. */
  private takeFirst(line: NumberedLine, bytes: Buffer): void {
    this.isSealed = true;
    const head = parseHead(bytes);
    if (head?.key === undefined || head.previous === undefined)
      return this.find(
        'missing',
        'it is not the first line of a trace file: what stood before it is missing or changed',
      );
    const keyBefore = this.key;
    this.key = this.keys.get(head.key);
    if (!this.key) return this.find('wrong-key', `the file is sealed with the key ${head.key}, which was not given`);
    if (!this.key.fits(head.previous, line)) return this.find('changed', 'it is not what was sealed');
    if (this.last && line.number !== this.last.number + 1) return this.findOutOfPlace(line);
    if (this.last && head.previous !== this.last.seal)
      return this.find('reordered', `it was sealed after another line than the last of ${this.last.file}`);
    if (head.isHeadLost)
      return this.find('head', 'when it was written there was no head to go by: lines before it may have been cut off');
    const doubt = this.doubtHeadBefore(head, keyBefore);
    if (doubt !== undefined) return this.find('head', `${doubt}: lines before it may have been cut off`);
    this.seals = [head.previous];
    this.keep(line);
  }

  /** The head tells of lines of the file before; where that was deleted since, there is nothing to compare. */
  private doubtHeadBefore({ headBefore }: TraceHead, key: VerifyKey | undefined): string | undefined {
    if (!this.last || !key || (key === this.key && headBefore === undefined)) return undefined;
    return doubtHeadBefore(headBefore, { key, seals: this.seals, lastNumber: this.last.number });
  }

  private takeNext(line: NumberedLine): void {
    const { number, seal } = this.last!;
    if (line.number !== number + 1) this.findOutOfPlace(line);
    else if (this.key!.fits(seal, line)) this.keep(line);
    else this.find('changed', 'it is not what was sealed');
  }

  private keep({ number, seal }: NumberedLine): void {
    this.last = { file: this.file, line: this.line, number, seal };
    this.first ??= this.last;
    this.seals.push(seal);
    this.sealedLines += 1;
    if (number === this.watchedNumber) this.watched = this.last;
  }

  private findOutOfPlace({ number, seal }: NumberedLine): void {
    const due = this.last!.number + 1;
    this.doubt = { due, seal, isNext: true };
    if (number > due)
      this.find('missing', `it is line ${number} of the trace: before it ${linesInWords(due, number - 1)} missing`);
    else this.find('reordered', `it is line ${number} of the trace, and line ${due} is due: it was moved or repeated`);
  }

  /** What follows tells a line that stands further down from one that is gone, and a changed number from a line out of its place. */
  private resolve(sealed: SealedLine | undefined): void {
    if (!this.doubt) return;
    const { due, seal, isNext } = this.doubt;
    this.doubt.isNext = false;
    if (isNext && sealed?.number === due + 1 && this.key?.fits(seal, sealed))
      this.decide('changed', 'its number is not what was sealed');
    else if (sealed?.number === due)
      this.decide('reordered', `line ${due} of the trace is due, which stands at ${this.file}:${this.line}`);
  }

  private decide(kind: Finding['kind'], detail: string): void {
    this.doubt = undefined;
    this.finding = { ...this.finding!, kind, detail };
  }

  private find(kind: Finding['kind'], detail: string, line: number = this.line): void {
    this.finding ??= { file: this.file, line, kind, detail };
  }
}

function parseHead(bytes: Buffer): TraceHead | undefined {
  try {
    return TraceHead.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
