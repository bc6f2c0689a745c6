import { randomUUID } from 'node:crypto';
import { formatAttemptId, type AttemptId } from '#libs/contracts';
import type { JobMarks } from '#libs/queues';
import { faultOf } from '#libs/redis';
import type { AttemptFence } from '#libs/state';
import { ActionError } from './action-error.js';

const pauseMs = 200;

/** Lets a `once` action begin under a current fence, and only the first time that its job comes: a stranger can put one back into its queue. */
export class OnceStart {
  constructor(
    private readonly fence: AttemptFence,
    private readonly marks: JobMarks,
  ) {}

  /**
   * Resolves when the action may begin. Throws STARTED_BEFORE or FENCE_STALE, the reason of the abort, or, when Redis will not say, an error
   * that tells that nothing was begun.
   */
  async claim(queue: string, id: AttemptId, signal: AbortSignal): Promise<void> {
    const name = formatAttemptId(id);
    const word = randomUUID();
    for (;;) {
      const { connection } = this.fence;
      if (!(await patiently(signal, async () => this.marks.claim(queue, name, word))))
        throw new ActionError('STARTED_BEFORE', `the attempt ${name} was begun before`, { class: 'lost' });
      // From here on it is known that nobody began it.
      const isCurrent = await patiently(signal, async () => this.fence.isCurrent(id)).catch(unbegun);
      if (!isCurrent)
        throw new ActionError('FENCE_STALE', `the attempt ${name} is no longer the current one`, {
          class: 'cancelled',
        });
      if (await patiently(signal, async () => this.fence.isKept(id, connection)).catch(unbegun)) return;
      signal.throwIfAborted();
    }
  }
}

/** Asks again while Redis says "not now", or nothing. */
async function patiently<Answer>(signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const fault = faultOf(error);
      if (fault !== 'again' && fault !== 'unknown') throw error;
    }
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function unbegun(error: unknown): never {
  if (error instanceof ActionError) throw error;
  throw new ActionError('WORKER_ERROR', `the attempt could not begin: ${String(error)}`, {
    class: 'transient',
    cause: error,
    isUnbegun: true,
  });
}
