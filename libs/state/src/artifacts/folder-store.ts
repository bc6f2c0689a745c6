import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, opendir, readFile, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Readable } from 'node:stream';
import { storeUnavailable, missingArtifact } from './artifact-errors.js';
import { CocError, limits } from '#libs/contracts';
import { ArtifactStore, tooLarge, type ArtifactPlace } from './artifact-store.js';

/** A folder that is removed while it is written into is made again; more often than this it is no coincidence. */
const writeTries = 5;

/** The store as a folder: `<folder>/<tenant>/<directiveId>/<sha256>`. Several machines must share the disk. */
export class FolderStore extends ArtifactStore {
  readonly name: string;

  constructor(private readonly folder: string) {
    super();
    this.name = `the artifact folder ${folder}`;
  }

  override async check(): Promise<void> {
    const file = join(this.folder, `probe.${randomUUID()}`);
    try {
      await mkdir(this.folder, { recursive: true });
      await writeDurably(file, Buffer.from('probe'));
      await unlink(file);
    } catch (error) {
      throw this.unavailable('be written', error);
    }
  }

  protected override async write({ tenant, directiveId, sha256 }: ArtifactPlace, bytes: Uint8Array): Promise<void> {
    const folder = this.folderOf(tenant, directiveId);
    for (let left = writeTries; ; left -= 1) {
      try {
        await this.writeInto(folder, sha256, bytes);
        return;
      } catch (error) {
        // Retention took the folder away between two steps.
        if (codeOf(error) !== 'ENOENT' || left <= 1) throw this.unavailable('be written', error);
      }
    }
  }

  protected override async load(place: ArtifactPlace): Promise<Buffer> {
    const path = this.pathOf(place);
    try {
      const { size } = await stat(path);
      if (size > limits.maxArtifactBytes) throw tooLarge(size);
      return await readFile(path);
    } catch (error) {
      if (error instanceof CocError) throw error;
      if (codeOf(error) === 'ENOENT') throw this.missing(place, error);
      throw this.unavailable('be read', error);
    }
  }

  protected override async stream(place: ArtifactPlace): Promise<{ stream: Readable; bytes: number } | undefined> {
    const path = this.pathOf(place);
    try {
      const found = await stat(path);
      return { stream: createReadStream(path), bytes: found.size };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw this.unavailable('be read', error);
    }
  }

  protected override async removeFolder(tenant: string, directiveId: string): Promise<number> {
    const folder = this.folderOf(tenant, directiveId);
    let removed = 0;
    try {
      for await (const entry of await opendir(folder)) {
        await rm(join(folder, entry.name), { force: true });
        if (!entry.name.endsWith(draftEnd)) removed += 1;
      }
      await rmdir(folder);
    } catch (error) {
      // Removed already, or written into meanwhile: whoever asks again finds the rest.
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTEMPTY') throw this.unavailable('be cleared', error);
    }
    return removed;
  }

  /** Rename is atomic: a reader sees the whole file or none, and two writers of one content are harmless. */
  private async writeInto(folder: string, sha256: string, bytes: Uint8Array): Promise<void> {
    const made = await mkdir(folder, { recursive: true });
    const path = join(folder, sha256);
    const draft = `${path}.${randomUUID()}${draftEnd}`;
    await writeDurably(draft, bytes);
    await rename(draft, path);
    await syncFolder(folder);
    // A new folder is an entry in the one above it.
    if (made !== undefined) for (const above of foldersBetween(folder, dirname(made))) await syncFolder(above);
  }

  private folderOf(tenant: string, directiveId: string): string {
    return join(this.folder, tenant, directiveId);
  }

  private pathOf({ tenant, directiveId, sha256 }: ArtifactPlace): string {
    return join(this.folderOf(tenant, directiveId), sha256);
  }

  private missing({ directiveId, sha256 }: ArtifactPlace, cause: unknown): Error {
    const next =
      'it was removed, or this process does not share the disk it was written to (COC_DATA_DIR, COC_ARTIFACTS)';
    return missingArtifact(`there is no artifact ${directiveId}.${sha256} in ${this.name}; ${next}`, cause);
  }

  private unavailable(doing: string, error: unknown): Error {
    const next = 'check that the disk has room and that this user may write there';
    return storeUnavailable(this.name, doing, codeOf(error) ?? 'unknown', next, error);
  }
}

const draftEnd = '.draft';

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The folders above `folder`, up to and with `top`. */
function foldersBetween(folder: string, top: string): string[] {
  const found: string[] = [];
  for (let at = dirname(folder); !relative(top, at).startsWith('..'); at = dirname(at)) {
    found.push(at);
    if (at === top) break;
  }
  return found;
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code;
}
