import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { effects, failureClasses } from '#libs/contracts';
import { decideSettlement, type AttemptFailure, type SettledTask } from './decide-settlement.js';

const now = 1_000_000;
const never = Number.MAX_SAFE_INTEGER;

function aTask(over: Partial<SettledTask> = {}): SettledTask {
  return {
    effect: 'pure',
    maxRetries: 2,
    retryDelayMs: 1_000,
    backoff: 'exponential',
    maxRetryDelayMs: 300_000,
    attempt: 1,
    started: true,
    ...over,
  };
}

function aFailure(over: Partial<AttemptFailure> = {}): AttemptFailure {
  return { class: 'transient', code: 'WORKER_ERROR', message: 'no', ...over };
}

const once = { effect: 'once' } as const;
const queued = { effect: 'once', started: false } as const;

describe('decideSettlement', () => {
  it.each<[string, Partial<SettledTask>, Partial<AttemptFailure>, object]>([
    ['a transient failure', {}, {}, { verdict: 'retry' }],
    ['a transient failure of a keyed action', { effect: 'keyed' }, {}, { verdict: 'retry' }],
    ['a failure of the last attempt', { attempt: 3 }, {}, { verdict: 'fail', state: 'failed' }],
    ['a failure without retries', { maxRetries: 0 }, {}, { verdict: 'fail', state: 'failed' }],
    ['a permanent failure', {}, { class: 'permanent' }, { verdict: 'fail', state: 'failed' }],
    ['a cancelled attempt', {}, { class: 'cancelled' }, { verdict: 'fail', state: 'failed' }],
    ['a wait that ran out', { started: false }, { class: 'expired' }, { verdict: 'fail', state: 'expired' }],
    ['a lost attempt', {}, { class: 'lost' }, { verdict: 'retry' }],
    ['a lost last attempt', { attempt: 3 }, { class: 'lost' }, { verdict: 'fail', state: 'failed' }],
    ['a timeout', {}, { class: 'timeout' }, { verdict: 'retry' }],
    ['a lost once action', once, { class: 'lost' }, { verdict: 'hold', kind: 'effect-unknown' }],
    ['a lost last once action', { ...once, attempt: 3 }, { class: 'lost' }, { verdict: 'hold' }],
    ['a lost once action that never started', queued, { class: 'lost' }, { verdict: 'retry' }],
    ['a lost last once action, not started', { ...queued, attempt: 3 }, { class: 'lost' }, { verdict: 'fail' }],
    ['a deadline of a once action', once, { class: 'timeout' }, { verdict: 'hold' }],
    ['a deadline nobody reported', once, { class: 'timeout' }, { verdict: 'hold', kind: 'effect-unknown' }],
    ['a timeout of a once action, not started', queued, { class: 'timeout' }, { verdict: 'retry' }],
    ['a reported failure of a once action', once, {}, { verdict: 'fail', state: 'failed' }],
    ['a rate limit of a once action', once, { class: 'rate-limited' }, { verdict: 'fail', state: 'failed' }],
    ['a failure of a once action, not started', queued, {}, { verdict: 'retry' }],
    ['a permanent failure of a once action', once, { class: 'permanent' }, { verdict: 'fail', state: 'failed' }],
  ])('decides on %s', (_, task, failure, verdict) => {
    expect(decideSettlement(aTask(task), aFailure(failure), now, never, 0)).toMatchObject(verdict);
  });

  it.each<[string, Partial<SettledTask>, Partial<AttemptFailure>, number, number]>([
    ['not at all when the dice say so', {}, {}, 0, 0],
    ['almost the whole delay at most', {}, {}, 0.999_999, 1_000],
    ['twice as long after the second attempt', { attempt: 2 }, {}, 0.5, 1_000],
    ['no longer than the cap', { attempt: 50, maxRetries: 100 }, {}, 0.5, 150_000],
    ['no longer than its own cap', { attempt: 5, maxRetries: 9, maxRetryDelayMs: 4_000 }, {}, 0.5, 2_000],
    ['the same each time when it is fixed', { attempt: 2, backoff: 'fixed' }, {}, 0.3, 1_000],
    ['nothing without a delay', { retryDelayMs: 0 }, {}, 0.5, 0],
    ['what a rate limit asks', {}, { class: 'rate-limited', retryAfterMs: 60_000 }, 0, 60_000],
    ['longer than a rate limit asks, if it would anyway', {}, { class: 'rate-limited', retryAfterMs: 1 }, 0.5, 500],
  ])('waits %s', (_, task, failure, random, delayMs) => {
    const verdict = decideSettlement(aTask(task), aFailure(failure), now, never, random);
    expect(verdict).toMatchObject({ verdict: 'retry', atMs: now + delayMs });
  });

  it('says which attempt follows, and why', () => {
    expect(decideSettlement(aTask(), aFailure(), now, never, 0)).toMatchObject({
      reason: 'WORKER_ERROR (transient): attempt 2 of 3 follows',
    });
  });

  it('fails rather than wait past the TTL', () => {
    expect(decideSettlement(aTask(), aFailure(), now, now + 501, 0.5)).toMatchObject({ verdict: 'retry' });
    expect(decideSettlement(aTask(), aFailure(), now, now + 500, 0.5)).toEqual({
      verdict: 'fail',
      state: 'failed',
      reason: 'WORKER_ERROR (transient): the next attempt would start after the TTL ends',
    });
  });

  const tasks = fc.record({
    effect: fc.constantFrom(...effects),
    maxRetries: fc.integer({ min: 0, max: 100 }),
    retryDelayMs: fc.integer({ min: 0, max: 86_400_000 }),
    backoff: fc.constantFrom('fixed' as const, 'exponential' as const),
    maxRetryDelayMs: fc.integer({ min: 1, max: 86_400_000 }),
    attempt: fc.integer({ min: 1, max: 101 }),
    started: fc.boolean(),
  });
  const failures = fc.record(
    {
      class: fc.constantFrom(...failureClasses),
      code: fc.constant('X'),
      message: fc.constant('x'),
      retryAfterMs: fc.nat(),
    },
    { requiredKeys: ['class', 'code', 'message'] },
  );
  const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

  it('never runs a once action again after it started, never goes past maxRetries or the TTL', () => {
    fc.assert(
      fc.property(tasks, failures, fc.nat(1e9), randoms, (task, failure, ttlMs, random) => {
        const verdict = decideSettlement(task, failure, now, now + ttlMs, random);
        if (verdict.verdict !== 'retry') return;
        expect(task.effect === 'once' && task.started).toBe(false);
        expect(task.attempt).toBeLessThanOrEqual(task.maxRetries);
        expect(verdict.atMs).toBeLessThan(now + ttlMs);
        expect(verdict.atMs).toBeGreaterThanOrEqual(now + (failure.retryAfterMs ?? 0));
      }),
    );
  });

  it('holds only what started, once, and ended nobody knows how', () => {
    fc.assert(
      fc.property(tasks, failures, randoms, (task, failure, random) => {
        const verdict = decideSettlement(task, failure, now, never, random);
        const isUnknown = failure.class === 'lost' || failure.class === 'timeout';
        expect(verdict.verdict === 'hold').toBe(task.effect === 'once' && task.started && isUnknown);
      }),
    );
  });

  it('tries again whenever it may: not refused for good, retries left, time left, no effect at stake', () => {
    fc.assert(
      fc.property(tasks, failures, randoms, (task, failure, random) => {
        fc.pre(!['permanent', 'cancelled', 'expired'].includes(failure.class) && task.attempt <= task.maxRetries);
        fc.pre(task.effect !== 'once' || !task.started);
        expect(decideSettlement(task, failure, now, never, random).verdict).toBe('retry');
      }),
    );
  });

  const delayOf = (task: SettledTask, failure: AttemptFailure, random: number): number => {
    const verdict = decideSettlement({ ...task, effect: 'pure', maxRetries: 101 }, failure, now, never, random);
    return verdict.verdict === 'retry' ? verdict.atMs - now : Number.NaN;
  };
  const transient = aFailure();

  it('waits whole milliseconds, from none to the doubled delay, and never beyond the cap', () => {
    fc.assert(
      fc.property(tasks, randoms, (task, random) => {
        const { retryDelayMs, maxRetryDelayMs, attempt } = task;
        const delayMs = delayOf({ ...task, backoff: 'exponential' }, transient, random);
        expect(Number.isInteger(delayMs) && delayMs >= 0).toBe(true);
        expect(delayMs).toBeLessThanOrEqual(maxRetryDelayMs);
        expect(delayMs).toBeLessThanOrEqual(retryDelayMs * 2 ** (attempt - 1));
        expect(delayOf({ ...task, backoff: 'fixed' }, transient, random)).toBe(retryDelayMs);
      }),
    );
  });

  it('spreads the waits over all of the delay: the dice say which part of it', () => {
    fc.assert(
      fc.property(tasks, randoms, randoms, (task, random, other) => {
        const exponential = { ...task, backoff: 'exponential' } as const;
        const wholeMs = delayOf(exponential, transient, 1 - Number.EPSILON / 2);
        expect(wholeMs).toBe(Math.min(task.retryDelayMs * 2 ** (task.attempt - 1), task.maxRetryDelayMs));
        expect(delayOf(exponential, transient, 0)).toBe(0);
        expect(Math.abs(delayOf(exponential, transient, random) - wholeMs * random)).toBeLessThanOrEqual(1);
        const [less, more] = [Math.min(random, other), Math.max(random, other)];
        expect(delayOf(exponential, transient, less)).toBeLessThanOrEqual(delayOf(exponential, transient, more));
      }),
    );
  });

  it('waits no less after a later attempt, and exactly as long as it is asked to if that is longer', () => {
    fc.assert(
      fc.property(tasks, randoms, fc.nat(1e9), (task, random, retryAfterMs) => {
        fc.pre(task.attempt < 101);
        const delayMs = delayOf(task, transient, random);
        expect(delayOf({ ...task, attempt: task.attempt + 1 }, transient, random)).toBeGreaterThanOrEqual(delayMs);
        const asked = delayOf(task, { ...transient, class: 'rate-limited', retryAfterMs }, random);
        expect(asked).toBe(Math.max(delayMs, retryAfterMs));
      }),
    );
  });
});
