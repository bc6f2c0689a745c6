import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { CocError, isDirectiveId, limits } from '#libs/contracts';
import { missingArtifact } from './artifact-errors.js';

const sha256Pattern = /^[0-9a-f]{64}$/;
const tenantPattern = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export interface StoredArtifact {
  sha256: string;
  bytes: number;
}

/** Where one file lies: `<tenant>/<directiveId>/<sha256>`, below the root of the store. */
export interface ArtifactPlace {
  tenant: string;
  directiveId: string;
  sha256: string;
}

/**
 * Content-addressed files, a folder a directive. A name given by a client is metadata only and never part of a path. What cannot be reached
 * throws CocError ARTIFACT_STORE_UNAVAILABLE; what is not there ARTIFACT_MISSING; what is something else than its name ARTIFACT_CORRUPT.
 */
export abstract class ArtifactStore {
  /** In words, for messages: never with a secret. */
  abstract readonly name: string;

  /** Resolves when the file would survive a loss of power. Repeating it is harmless. Throws ARTIFACT_TOO_LARGE over 64 MB. */
  async put(tenant: string, directiveId: string, content: Uint8Array | string): Promise<StoredArtifact> {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    if (bytes.byteLength > limits.maxArtifactBytes) throw tooLarge(bytes.byteLength);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await this.write(placeOf(tenant, directiveId, sha256), bytes);
    return { sha256, bytes: bytes.byteLength };
  }

  /** The whole file, checked against its name. Throws ARTIFACT_TOO_LARGE over 64 MB. */
  async read(tenant: string, directiveId: string, sha256: string): Promise<Buffer> {
    const place = placeOf(tenant, directiveId, sha256);
    const bytes = await this.load(place);
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
    throw new CocError(
      'ARTIFACT_CORRUPT',
      `the file of ${directiveId}.${sha256} in ${this.name} has ${bytes.byteLength} bytes that are not its content; ` +
        'restore it from a backup, or run the directive again',
    );
  }

  /** The file as a stream, not checked; undefined when it is not there. */
  async open(
    tenant: string,
    directiveId: string,
    sha256: string,
  ): Promise<{ stream: Readable; bytes: number } | undefined> {
    return this.stream(placeOf(tenant, directiveId, sha256));
  }

  /** Removes all files of a directive, one after the other; answers how many. Repeating it, also after a half, is harmless. */
  async removeAll(tenant: string, directiveId: string): Promise<number> {
    assertNames(tenant, directiveId);
    return this.removeFolder(tenant, directiveId);
  }

  /** Writes, reads and removes a file. Throws when that cannot be done. */
  abstract check(): Promise<void>;

  protected abstract write(place: ArtifactPlace, bytes: Uint8Array): Promise<void>;
  /** Throws ARTIFACT_MISSING. */
  protected abstract load(place: ArtifactPlace): Promise<Buffer>;
  protected abstract stream(place: ArtifactPlace): Promise<{ stream: Readable; bytes: number } | undefined>;
  protected abstract removeFolder(tenant: string, directiveId: string): Promise<number>;
}

function assertNames(tenant: string, directiveId: string): void {
  if (!tenantPattern.test(tenant) || !isDirectiveId(directiveId))
    throw new CocError('NOT_FOUND', 'an artifact belongs to a directive of a tenant');
}

function placeOf(tenant: string, directiveId: string, sha256: string): ArtifactPlace {
  assertNames(tenant, directiveId);
  if (!sha256Pattern.test(sha256))
    throw missingArtifact(`an artifact is named by its SHA-256, and "${sha256.slice(0, 80)}" is none`);
  return { tenant, directiveId, sha256 };
}

/** Also of a file that a worker put there by itself and said less of: it is not taken into memory. */
export function tooLarge(bytes: number): CocError {
  const limit = `the limit is ${limits.maxArtifactBytes}; split it, or store it elsewhere and hand its address on`;
  return new CocError('ARTIFACT_TOO_LARGE', `the artifact has ${bytes} bytes and ${limit}`);
}
