import { CocError } from '#libs/contracts';

export function missingArtifact(detail: string, cause?: unknown): CocError {
  return new CocError('ARTIFACT_MISSING', detail, [], { cause });
}

/** `reason` is the code of the system or the server, never its text: that may hold a signed address. */
export function storeUnavailable(store: string, doing: string, reason: string, next: string, cause: unknown): CocError {
  const detail = `${store} cannot ${doing} just now (${reason}); ${next}`;
  return new CocError('ARTIFACT_STORE_UNAVAILABLE', detail, [], { cause });
}

export function isStoreUnavailable(error: unknown): error is CocError {
  return error instanceof CocError && error.code === 'ARTIFACT_STORE_UNAVAILABLE';
}
