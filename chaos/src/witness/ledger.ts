import { open, type FileHandle } from 'node:fs/promises';
import { clockMs } from '../run/clock.js';
import type { LedgerLine, Testimony, WitnessAnswer } from './ledger-line.js';

/** Append-only and fsynced before anybody is answered; lines that come together share an fsync. */
export class Ledger {
  private readonly firstCommits = new Map<string, number>();
  private lines: string[] = [];
  private seq = 0;
  private writing: Promise<void> | undefined;

  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<Ledger> {
    return new Ledger(await open(path, 'a'));
  }

  /** Resolves when the line is on disk. A repeated commit of an effect key has no effect, and is answered like the first. */
  async add(testimony: Testimony): Promise<WitnessAnswer> {
    const seq = (this.seq += 1);
    const first = testimony.phase === 'commit' ? this.firstCommits.get(testimony.effectKey) : undefined;
    if (testimony.phase === 'commit' && first === undefined) this.firstCommits.set(testimony.effectKey, seq);
    const line: LedgerLine = { ...testimony, seq, atMs: clockMs(), fresh: first === undefined };
    this.lines.push(JSON.stringify(line));
    await this.written();
    return { seq: first ?? seq, fresh: line.fresh };
  }

  /** What is being written just now is without the line of who asks: it goes with the next batch. */
  private async written(): Promise<void> {
    await this.writing;
    this.writing ??= this.write().finally(() => (this.writing = undefined));
    await this.writing;
  }

  private async write(): Promise<void> {
    const batch = this.lines;
    this.lines = [];
    if (batch.length === 0) return;
    await this.file.write(`${batch.join('\n')}\n`);
    await this.file.datasync();
  }
}
