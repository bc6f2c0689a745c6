import type { Expectation, SubmittedBody, SubmittedTask } from '../rig/history-line.js';

/** What the client does with its directive after it was accepted. */
export interface Conduct {
  cancelAfterMs?: number;
  pause?: { afterMs: number; forMs: number };
  /** The answer to every task of it that asks for approval. */
  approval?: 'approve' | 'edit' | 'deny';
  /** The value that a task is completed with whose effect nobody knows; without it such a task is failed. Never a retry: that would be a second start. */
  completeWith?: number;
}

/** Whom the API knows while nobody logs in. */
export const homeTenant = 'local';

export interface Draft {
  tenant: string;
  shape: string;
  body: SubmittedBody;
  expect: Expectation;
  conduct: Conduct;
}

/** A task of one of the harness's actions; retries wait little, so that what is measured is the recovery. */
export function task(id: string, order: Record<string, unknown>, more: Partial<SubmittedTask> = {}): SubmittedTask {
  return { id, action: 'chaos.pure', input: order, maxRetries: 12, retryDelayMs: 200, backoff: 'fixed', ...more };
}

export const valueOf = (id: string): object => ({ $task: id, path: '/value' });

/** The output's `value` is that of its last task. */
export function draft(
  shape: string,
  tasks: SubmittedTask[],
  value: number | undefined,
  more: { body?: Partial<SubmittedBody>; conduct?: Conduct; completes?: boolean } = {},
): Draft {
  const completes = more.completes ?? true;
  return {
    tenant: homeTenant,
    shape,
    body: { tasks, output: { value: valueOf(tasks.at(-1)!.id) }, labels: {}, ...more.body },
    expect: { completes, ...(value === undefined || !completes ? {} : { value }) },
    conduct: more.conduct ?? {},
  };
}
