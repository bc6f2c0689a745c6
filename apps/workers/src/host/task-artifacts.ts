import type { ArtifactEntry } from '#libs/contracts';
import type { ArtifactStore } from '#libs/state';
import { ActionError } from './action-error.js';

/** The wire's limit on the artifacts of one outcome (`ReportedOutput`). */
const maxArtifacts = 100;

/** Content-addressed files of one attempt, in the tenant's own folder. */
export class TaskArtifacts {
  private readonly entries: ArtifactEntry[] = [];

  constructor(
    private readonly store: ArtifactStore,
    private readonly tenant: string,
  ) {}

  /** Stores the content and reports it with the outcome. `name` is metadata, never a path. */
  async put(name: string, content: Uint8Array | string, mimeType: string): Promise<ArtifactEntry> {
    if (this.entries.length >= maxArtifacts) {
      throw new ActionError('ARTIFACT_LIMIT', `an attempt may put ${maxArtifacts} artifacts; pack them into one`);
    }
    const entry = await this.store.put(this.tenant, name, content, mimeType);
    this.entries.push(entry);
    return entry;
  }

  /** Throws ARTIFACT_MISSING (permanent) when the tenant has no such artifact. */
  async read(sha256: string): Promise<Buffer> {
    try {
      return await this.store.read(this.tenant, sha256);
    } catch (cause) {
      throw new ActionError('ARTIFACT_MISSING', `there is no artifact ${sha256}`, { cause });
    }
  }

  list(): ArtifactEntry[] {
    return [...this.entries];
  }
}
