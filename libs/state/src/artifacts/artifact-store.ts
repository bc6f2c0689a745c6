import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CocError, limits, type ArtifactEntry } from '#libs/contracts';

const sha256Pattern = /^[0-9a-f]{64}$/;

/** Content-addressed files, one folder a tenant. A name given by a client is metadata only and never part of a path. */
export class ArtifactStore {
  constructor(private readonly folder: string) {}

  async put(tenant: string, name: string, content: Uint8Array | string, mimeType: string): Promise<ArtifactEntry> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    if (bytes.byteLength > limits.maxArtifactBytes) {
      throw new CocError(
        'BODY_TOO_LARGE',
        `artifact ${name} has ${bytes.byteLength} bytes; the limit is ${limits.maxArtifactBytes}`,
      );
    }
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = this.pathOf(tenant, sha256);
    await mkdir(join(path, '..'), { recursive: true });
    // Rename is atomic: a reader sees the whole file or none, and two writers of one content are harmless.
    const draft = `${path}.${randomUUID()}`;
    await writeFile(draft, bytes);
    await rename(draft, path);
    return { name, sha256, bytes: bytes.byteLength, mimeType };
  }

  async read(tenant: string, sha256: string): Promise<Buffer> {
    return readFile(this.pathOf(tenant, sha256));
  }

  async open(tenant: string, sha256: string): Promise<{ stream: Readable; bytes: number } | undefined> {
    const path = this.pathOf(tenant, sha256);
    const found = await stat(path).catch(() => undefined);
    return found && { stream: createReadStream(path), bytes: found.size };
  }

  private pathOf(tenant: string, sha256: string): string {
    if (!sha256Pattern.test(sha256)) throw new CocError('NOT_FOUND', 'an artifact is named by its SHA-256');
    return join(this.folder, tenant, sha256.slice(0, 2), sha256);
  }
}
