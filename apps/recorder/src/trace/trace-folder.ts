import { mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StartRefusal } from '#libs/contracts';

const fullPattern = /^events-(\d{6,})\.jsonl$/;

/** The files of a trace: `events.jsonl`, which grows, and the full ones `events-000001.jsonl`, counted up. */
export class TraceFolder {
  readonly current: string;

  constructor(readonly dir: string) {
    this.current = join(dir, 'events.jsonl');
  }

  /** Throws StartRefusal when nothing can be written there. */
  async prepare(): Promise<void> {
    const probe = join(this.dir, `.probe-${process.pid}`);
    try {
      await mkdir(this.dir, { recursive: true });
      await (await open(probe, 'w')).close();
      await unlink(probe);
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

  /** Makes the current file a full one and answers its path. A rename is whole or not at all, whenever we are killed. */
  async setAside(): Promise<string> {
    const path = this.pathOf(((await this.numbers()).at(-1) ?? 0) + 1);
    await rename(this.current, path);
    await this.sync();
    return path;
  }

  async prune(keep: number): Promise<void> {
    const full = await this.full();
    for (const path of full.slice(0, Math.max(0, full.length - keep))) await rm(path, { force: true });
  }

  /** Makes names durable: without it a power cut may undo a rename or a new file. */
  async sync(): Promise<void> {
    const folder = await open(this.dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  private pathOf(number: number): string {
    return join(this.dir, `events-${String(number).padStart(6, '0')}.jsonl`);
  }

  private async numbers(): Promise<number[]> {
    const found = (await readdir(this.dir)).flatMap((name) => fullPattern.exec(name)?.[1] ?? []);
    return found.map(Number).toSorted((one, other) => one - other);
  }
}
