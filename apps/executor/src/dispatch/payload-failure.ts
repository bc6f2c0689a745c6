import { CocError } from '#libs/contracts';
import type { AttemptFailure } from '#libs/policy';
import { isStoreUnavailable } from '#libs/state';

const lostCodes = new Set(['ARTIFACT_MISSING', 'ARTIFACT_CORRUPT']);

/**
 * What it means for an attempt that the artifact store did not give or take a value, or that the values are too much to hold; undefined when
 * the error is about something else.
 */
export function payloadFailure(error: unknown): AttemptFailure | undefined {
  if (!(error instanceof CocError)) return undefined;
  const { code, detail: message } = error;
  if (isStoreUnavailable(error)) return { class: 'transient', code, message };
  if (code === 'BODY_TOO_LARGE') return { class: 'permanent', code: 'INPUT_TOO_LARGE', message };
  return lostCodes.has(code) ? { class: 'permanent', code, message } : undefined;
}
