import { describe, expect, it } from '@jest/globals';
import type { JobMarks } from '#libs/queues';
import type { AttemptFence } from '#libs/state';
import { OnceStart } from './once.start.js';

const id = { directiveId: 'd0_01M7YJ0YPDV0WKBQNEYGAYVPDF', taskIndex: 0, attempt: 1, nonce: 'nonce-of-8' };
const never = new AbortController().signal;

function refusal(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' });
}

/** Answers in turn; an error is thrown, and the last answer stays. */
function answering<Answer>(...answers: (Answer | Error)[]): () => Promise<Answer> {
  return async () => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
    if (answer instanceof Error) throw answer;
    return answer;
  };
}

function aStart({
  claim = answering<boolean>(true),
  isCurrent = answering<boolean>(true),
  isKept = answering<boolean>(true),
}: Partial<Record<'claim' | 'isCurrent' | 'isKept', () => Promise<boolean>>>): OnceStart {
  return new OnceStart(
    { connection: 1, isCurrent, isKept } as unknown as AttemptFence,
    { claim } as unknown as JobMarks,
  );
}

const begin = async (start: OnceStart, signal = never): Promise<void> => start.claim('test.once.0', id, signal);

describe('the start of a once action', () => {
  it('waits while Redis says "not now", and then begins', async () => {
    const claim = answering<boolean>(
      refusal('NOREPLICAS Not enough good replicas to write.'),
      refusal('LOADING'),
      true,
    );
    const isCurrent = answering<boolean>(refusal('READONLY'), true);
    await expect(begin(aStart({ claim, isCurrent }))).resolves.toBeUndefined();
  });

  it('claims again when the grant could not be confirmed, and ends by its signal', async () => {
    await expect(begin(aStart({ isKept: answering<boolean>(false, true) }))).resolves.toBeUndefined();
    const controller = new AbortController();
    const isKept = async (): Promise<boolean> => {
      controller.abort(new Error('the time is over'));
      return false;
    };
    await expect(begin(aStart({ isKept }), controller.signal)).rejects.toThrow('the time is over');
  });

  it('says that it was begun before, or that its fence is dead', async () => {
    const before = { code: 'STARTED_BEFORE', class: 'lost', isUnbegun: false };
    await expect(begin(aStart({ claim: answering<boolean>(false) }))).rejects.toMatchObject(before);
    const stale = { code: 'FENCE_STALE', class: 'cancelled' };
    await expect(begin(aStart({ isCurrent: answering<boolean>(false) }))).rejects.toMatchObject(stale);
  });

  it('says that nothing was begun when only the fence cannot be read', async () => {
    const denied = refusal('NOPERM this user has no permissions');
    await expect(begin(aStart({ isCurrent: answering<boolean>(denied) }))).rejects.toMatchObject({ isUnbegun: true });
    // Whose claim is refused may be the second who comes.
    await expect(begin(aStart({ claim: answering<boolean>(denied) }))).rejects.toThrow('NOPERM');
  });
});
