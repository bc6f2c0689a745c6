import { CocError, StartRefusal } from '#libs/contracts';
import type { ArtifactStore } from './artifact-store.js';
import { BucketStore, type BucketSettings } from './bucket-store.js';
import { FolderStore } from './folder-store.js';

/** `bucket` goes before `folder`. */
export interface ArtifactSettings {
  folder: string;
  bucket: BucketSettings | undefined;
}

export function openArtifactStore({ folder, bucket }: ArtifactSettings): ArtifactStore {
  return bucket ? new BucketStore(bucket) : new FolderStore(folder);
}

/** Nothing over 32 KiB could be handed on. */
class ArtifactStoreUnfitError extends StartRefusal {}

/**
 * Whether the store can be used, before any work is taken. Throws a StartRefusal when somebody has to mend a setting; a server that only does
 * not answer now is a warning, which is returned: what is small goes on without it.
 */
export async function checkArtifactStore(store: ArtifactStore): Promise<string[]> {
  try {
    await store.check();
    return [];
  } catch (error) {
    if (!(error instanceof CocError)) throw error;
    if (isForNow(error)) return [`${error.detail}; values over 32 KiB wait until it does`];
    throw new ArtifactStoreUnfitError(`Artifacts cannot be kept: ${error.detail}.`, { cause: error });
  }
}

/** 403, 404 and their like stay as they are; so does a folder that may not be written. */
function isForNow({ cause }: CocError): boolean {
  const status = (cause as { statusCode?: number } | undefined)?.statusCode;
  const code = (cause as { code?: string } | undefined)?.code ?? '';
  if (status !== undefined) return status >= 500 || status === 429;
  return !localFaults.has(code);
}

const localFaults = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOENT',
  'ENAMETOOLONG',
  'ELOOP',
]);
