import type { Backoff, Effect, FailureClass } from '#libs/contracts';

/** What the law needs to know of the attempt: `attempt` counts from 1, `started` says that a worker had begun it. */
export interface SettledTask {
  effect: Effect;
  maxRetries: number;
  retryDelayMs: number;
  backoff: Backoff;
  maxRetryDelayMs: number;
  attempt: number;
  started: boolean;
}

export interface AttemptFailure {
  class: FailureClass;
  code: string;
  message: string;
  retryAfterMs?: number;
}

export type SettlementVerdict =
  | { verdict: 'retry'; atMs: number; reason: string }
  | { verdict: 'fail'; state: 'failed' | 'expired'; reason: string }
  | { verdict: 'hold'; kind: 'effect-unknown'; reason: string };

/**
 * What follows a failed attempt. `now` and `ttlAt` are epoch milliseconds, `random` is in [0, 1).
 *
 * | class | pure, keyed, or `once` not started | `once` started |
 * |---|---|---|
 * | permanent | fail | fail |
 * | cancelled | fail | fail |
 * | expired | fail as expired | fail as expired |
 * | lost | retry | hold: nobody knows the effect |
 * | timeout | retry | hold: it was broken off in the middle |
 * | transient, rate-limited | retry | fail: the outcome is known |
 *
 * A retry becomes a failure when `attempt > maxRetries`, or when it would start at or after `ttlAt`.
 */
export function decideSettlement(
  task: SettledTask,
  failure: AttemptFailure,
  now: number,
  ttlAt: number,
  random: number,
): SettlementVerdict {
  if (failure.class === 'permanent') return fail('failed', failure, 'a permanent failure is not tried again');
  if (failure.class === 'cancelled') return fail('failed', failure, 'the worker was told to stop');
  if (failure.class === 'expired') return fail('expired', failure, 'the time to wait for a worker ran out');
  if (task.effect === 'once' && task.started) return settleStartedOnce(failure);
  if (task.attempt > task.maxRetries) {
    return fail('failed', failure, `attempt ${task.attempt} was the last; maxRetries is ${task.maxRetries}`);
  }
  const atMs = now + computeDelayMs(task, failure, random);
  if (atMs >= ttlAt) return fail('failed', failure, 'the next attempt would start after the TTL ends');
  return {
    verdict: 'retry',
    atMs,
    reason: `${reasonOf(failure)}: attempt ${task.attempt + 1} of ${task.maxRetries + 1} follows`,
  };
}

function settleStartedOnce(failure: AttemptFailure): SettlementVerdict {
  if (isOutcomeKnown(failure))
    return fail('failed', failure, 'an action with effect "once" is not run again after it started');
  return {
    verdict: 'hold',
    kind: 'effect-unknown',
    reason: `${reasonOf(failure)}: the action has effect "once" and had started, so a human decides: retry, complete with an output, or fail`,
  };
}

/** An action that threw has told how it ended; one that was lost or broken off has not. */
function isOutcomeKnown(failure: AttemptFailure): boolean {
  return failure.class !== 'lost' && failure.class !== 'timeout';
}

/**
 * `fixed` is `retryDelayMs` each time. `exponential` doubles it up to `maxRetryDelayMs` and waits anything from 0 to that, so that
 * tasks which failed together do not come back together (full jitter). Never sooner than the worker asked for.
 */
function computeDelayMs(task: SettledTask, failure: AttemptFailure, random: number): number {
  const wholeMs = Math.min(task.retryDelayMs * 2 ** (task.attempt - 1), task.maxRetryDelayMs);
  const delayMs = task.backoff === 'fixed' ? task.retryDelayMs : Math.ceil(wholeMs * random);
  return Math.max(delayMs, failure.retryAfterMs ?? 0);
}

function fail(state: 'failed' | 'expired', failure: AttemptFailure, why: string): SettlementVerdict {
  return { verdict: 'fail', state, reason: `${reasonOf(failure)}: ${why}` };
}

function reasonOf(failure: AttemptFailure): string {
  return `${failure.code} (${failure.class})`;
}
