import { open, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Positions } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { SealChain, type Audit } from '../seal/seal-chain.js';
import { linesAfter } from './lines-after.js';
import { recoverTrace, type TraceOwner } from './recover-trace.js';
import { readHead } from './scan-trace.js';
import type { TraceFolder } from './trace-folder.js';
import { headLine } from './trace-line.js';

export interface TraceLimits {
  maxBytes: number;
  keep: number;
}

/** Somebody moved, deleted or changed the file while we were writing it. */
class TraceChangedError extends Error {}

/**
 * The trace as it is written: lines go to its end, sealed and durable, and then the head is told; a full file is set aside. After any
 * error it must be opened anew.
 */
export class TraceFile {
  private file: FileHandle | undefined;
  private inode = -1;

  private constructor(
    private readonly folder: TraceFolder,
    private readonly installation: string,
    private readonly limits: TraceLimits,
    private readonly chain: SealChain,
    /** How far all that is in the file goes, by shard. */
    readonly positions: Positions,
    private bytes: number,
  ) {}

  static async open(
    folder: TraceFolder,
    owner: Omit<TraceOwner, 'keyId'>,
    limits: TraceLimits,
    audit: Audit,
    logger: Logger,
  ): Promise<TraceFile> {
    const { positions, bytes, ...found } = await recoverTrace(folder, { ...owner, keyId: audit.key.id }, logger);
    const lines = { ...found, linesAfter: (line: number) => linesAfter(folder, line) };
    const chain = await SealChain.open(audit, lines, { file: basename(folder.current), bytes: bytes ?? 0 }, logger);
    if (chain.isHeadLost && bytes !== undefined) await folder.setAside();
    const isNew = chain.isHeadLost || bytes === undefined;
    const trace = new TraceFile(folder, owner.installation, limits, chain, positions, bytes ?? 0);
    await trace.enter(isNew);
    await chain.tellHead(trace.place);
    await trace.prune();
    return trace;
  }

  /** Writes the lines and returns when they are on disk; `moved` are the positions after them. */
  async append(lines: readonly string[], moved: Positions): Promise<void> {
    await this.assureUntouched();
    if (this.bytes >= this.limits.maxBytes) await this.rotate();
    await this.write(lines);
    await this.chain.tellHead(this.place);
    for (const [shard, position] of moved) this.positions.set(shard, position);
  }

  async close(): Promise<void> {
    await this.file?.close();
    this.file = undefined;
  }

  /** The first line names the positions, so a file leads on from the one before it even when that is deleted. */
  private async enter(isNew: boolean): Promise<void> {
    this.file = await open(this.folder.current, 'a');
    this.inode = (await this.file.stat()).ino;
    if (!isNew) return;
    // What is there without a whole first line was torn while it was begun.
    await this.file.truncate(0);
    this.bytes = 0;
    const { installation, positions } = this;
    await this.write([headLine({ installation, positions, ...this.chain.fileStart }, Date.now())]);
    await this.folder.sync();
  }

  private async rotate(): Promise<void> {
    await this.close();
    await this.folder.setAside();
    await this.enter(true);
    await this.prune();
  }

  /** The head is told first: a crash in between leaves more files than it asks for, never fewer. */
  private async prune(): Promise<void> {
    const { surplus, oldest } = await this.folder.surplus(this.limits.keep);
    if (surplus.length === 0) return;
    await this.chain.tellHead(this.place, (await readHead(oldest))?.line);
    for (const path of surplus) await rm(path, { force: true });
  }

  private async write(lines: readonly string[]): Promise<void> {
    const bytes = Buffer.from(lines.map((line) => this.chain.seal(line)).join(''));
    await this.file!.appendFile(bytes);
    await this.file!.datasync();
    this.bytes += bytes.length;
  }

  private get place(): { file: string; bytes: number } {
    return { file: basename(this.folder.current), bytes: this.bytes };
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
