import { readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { StartRefusal } from '#libs/contracts';
import { assureWritable } from './assure-writable.js';
import { syncFolder } from './sync-folder.js';

const fullPattern = /^events-(\d{6,})\.jsonl$/;

/** The files of a trace: `events.jsonl`, which grows, and the full ones `events-000001.jsonl`, counted up. */
export class TraceFolder {
  readonly current: string;

  constructor(readonly dir: string) {
    this.current = join(dir, 'events.jsonl');
  }

  /** Throws StartRefusal when nothing can be written there. */
  async prepare(): Promise<void> {
    try {
      await assureWritable(this.dir);
    } catch (cause) {
      throw new StartRefusal(
        `The trace folder ${this.dir} cannot be written (${(cause as NodeJS.ErrnoException).code}); make it writable, or set TRACE_DIR to another one.`,
        { cause },
      );
    }
  }

  /** Paths of the full files, the oldest first. */
  async full(): Promise<string[]> {
    return (await this.numbers()).map((number) => this.pathOf(number));
  }

  /** Paths of all files that are there, the oldest first. */
  async files(): Promise<string[]> {
    const isThere = (await readdir(this.dir)).includes(basename(this.current));
    return [...(await this.full()), ...(isThere ? [this.current] : [])];
  }

  /** Makes the current file a full one and answers its path. A rename is whole or not at all, whenever we are killed. */
  async setAside(): Promise<string> {
    const path = this.pathOf(((await this.numbers()).at(-1) ?? 0) + 1);
    await rename(this.current, path);
    await this.sync();
    return path;
  }

  /** The full files beyond the newest `keep`, and the oldest file that stays when they go. */
  async surplus(keep: number): Promise<{ surplus: string[]; oldest: string }> {
    const full = await this.full();
    const count = Math.max(0, full.length - keep);
    return { surplus: full.slice(0, count), oldest: full[count] ?? this.current };
  }

  async sync(): Promise<void> {
    await syncFolder(this.dir);
  }

  private pathOf(number: number): string {
    return join(this.dir, `events-${String(number).padStart(6, '0')}.jsonl`);
  }

  private async numbers(): Promise<number[]> {
    const found = (await readdir(this.dir)).flatMap((name) => fullPattern.exec(name)?.[1] ?? []);
    return found.map(Number).toSorted((one, other) => one - other);
  }
}
