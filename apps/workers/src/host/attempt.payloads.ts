import type { Json, ReportedClaim, TaskMessage } from '#libs/contracts';
import { isLarge, type ArtifactStore } from '#libs/state';
import { ActionError } from './action-error.js';
import { storeError } from './task-artifacts.js';

/** The message with its input in place. Throws an ActionError that says that nothing was begun: the attempt may be repeated. */
export async function fetchInput(store: ArtifactStore, message: TaskMessage): Promise<TaskMessage> {
  const { inputClaim, ...rest } = message;
  if (!inputClaim) return message;
  try {
    const bytes = await store.read(message.tenant, message.directiveId, inputClaim.sha256);
    return { ...rest, input: JSON.parse(bytes.toString('utf8')) as Json };
  } catch (error) {
    throw unbegunError(storeError(error));
  }
}

/** Missing here is not missing everywhere: another host may have the disk that this one lacks. */
function unbegunError(error: unknown): ActionError {
  const { code, message } = error instanceof ActionError ? error : { code: 'INPUT_INVALID', message: String(error) };
  return new ActionError(code, `the input could not be fetched: ${message}`, {
    class: 'transient',
    cause: error,
    isUnbegun: true,
  });
}

/** Puts a large output into the store; undefined when it is small. */
export async function claimOutput(
  store: ArtifactStore,
  { tenant, directiveId, nonce }: TaskMessage,
  outputText: string,
): Promise<ReportedClaim | undefined> {
  if (!isLarge(outputText)) return undefined;
  return { ...(await store.put(tenant, directiveId, outputText)), nonce };
}
