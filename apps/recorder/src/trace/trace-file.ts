import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Positions } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { recoverTrace, type TraceOwner } from './recover-trace.js';
import type { TraceFolder } from './trace-folder.js';
import { headLine } from './trace-line.js';

export interface TraceLimits {
  maxBytes: number;
  keep: number;
}

/** Somebody moved, deleted or changed the file while we were writing it. */
class TraceChangedError extends Error {}

/** The trace as it is written: lines go to its end, durably; a full file is set aside. After any error it must be opened anew. */
export class TraceFile {
  private file: FileHandle | undefined;
  private inode = -1;
  private bytes = 0;

  private constructor(
    private readonly folder: TraceFolder,
    private readonly installation: string,
    private readonly limits: TraceLimits,
    /** How far all that is in the file goes, by shard. */
    readonly positions: Positions,
  ) {}

  static async open(folder: TraceFolder, owner: TraceOwner, limits: TraceLimits, logger: Logger): Promise<TraceFile> {
    const { positions, bytes } = await recoverTrace(folder, owner, logger);
    const trace = new TraceFile(folder, owner.installation, limits, positions);
    await trace.enter(bytes);
    await folder.prune(limits.keep);
    return trace;
  }

  /** Writes the lines and returns when they are on disk; `moved` are the positions after them. */
  async append(lines: readonly string[], moved: Positions): Promise<void> {
    await this.assureUntouched();
    if (this.bytes >= this.limits.maxBytes) await this.rotate();
    await this.write(Buffer.from(lines.join('')));
    for (const [shard, position] of moved) this.positions.set(shard, position);
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  /** The head names the positions, so a file leads on from the one before it even when that is deleted. */
  private async enter(bytes: number | undefined): Promise<void> {
    this.file = await open(this.folder.current, 'a');
    this.inode = (await this.file.stat()).ino;
    this.bytes = bytes ?? 0;
    if (bytes !== undefined) return;
    // What is there without a whole first line was torn while it was begun.
    await this.file.truncate(0);
    await this.write(Buffer.from(headLine(this.installation, this.positions, Date.now())));
    await this.folder.sync();
  }

  private async rotate(): Promise<void> {
    await this.close();
    await this.folder.setAside();
    await this.enter(undefined);
    await this.folder.prune(this.limits.keep);
  }

  private async write(bytes: Buffer): Promise<void> {
    await this.file!.appendFile(bytes);
    await this.file!.datasync();
    this.bytes += bytes.length;
  }

  private async assureUntouched(): Promise<void> {
    const found = await stat(this.folder.current).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found?.ino !== this.inode || found.size !== this.bytes)
      throw new TraceChangedError(`${this.folder.current} was moved, deleted or changed by another hand`);
  }
}
