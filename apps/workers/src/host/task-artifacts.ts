import { CocError, type ArtifactEntry, type TaskMessage } from '#libs/contracts';
import { isStoreUnavailable, type ArtifactStore } from '#libs/state';
import { ActionError } from './action-error.js';

/** The wire's limit on the artifacts of one outcome (`ReportedOutput`). */
const maxArtifacts = 100;

/** Content-addressed files of one attempt, kept with its directive. */
export class TaskArtifacts {
  private readonly entries: ArtifactEntry[] = [];

  constructor(
    private readonly store: ArtifactStore,
    private readonly owner: Pick<TaskMessage, 'tenant' | 'directiveId'>,
  ) {}

  /** Stores the content and reports it with the outcome. `name` is metadata, never a path. */
  async put(name: string, content: Uint8Array | string, mimeType: string): Promise<ArtifactEntry> {
    if (this.entries.length >= maxArtifacts) {
      const next = `this would be number ${this.entries.length + 1}; pack them into one`;
      throw new ActionError('ARTIFACT_LIMIT', `an attempt may put ${maxArtifacts} artifacts and ${next}`);
    }
    const { tenant, directiveId } = this.owner;
    const stored = await orActionError(this.store.put(tenant, directiveId, content));
    const entry = { name, ...stored, mimeType };
    this.entries.push(entry);
    return entry;
  }

  /**
   * One of the same directive by its SHA-256; one of another directive of the tenant by its address, `<directiveId>.<sha256>`. Throws
   * ARTIFACT_MISSING or ARTIFACT_CORRUPT (permanent), or ARTIFACT_STORE_UNAVAILABLE (transient).
   */
  async read(address: string): Promise<Buffer> {
    const [first = '', second] = address.split('.', 2);
    const [directiveId, sha256] = second === undefined ? [this.owner.directiveId, first] : [first, second];
    return orActionError(this.store.read(this.owner.tenant, directiveId, sha256));
  }

  list(): ArtifactEntry[] {
    return [...this.entries];
  }
}

async function orActionError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw storeError(error);
  }
}

/** The store's word as an action's; other errors as they are. */
export function storeError(error: unknown): unknown {
  if (!(error instanceof CocError)) return error;
  const code = error.code === 'NOT_FOUND' ? 'ARTIFACT_MISSING' : error.code;
  const isForNow = isStoreUnavailable(error);
  return new ActionError(code, error.detail, { cause: error, ...(isForNow && { class: 'transient' as const }) });
}
