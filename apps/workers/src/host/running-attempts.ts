import { ActionError } from './action-error.js';

function lockLost(): ActionError {
  return new ActionError('LOCK_LOST', 'the lock of the job was lost: another worker may have it now', {
    class: 'lost',
  });
}

/** The ways an attempt can be ended from outside, behind one signal. The first reason stays. */
export class RunningAttempt {
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly aborted: Promise<never>;
  private readonly lockTimer: NodeJS.Timeout;
  private timer: NodeJS.Timeout | undefined;

  constructor(lockMs: number) {
    this.signal = this.controller.signal;
    this.aborted = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason as Error), { once: true });
    });
    this.aborted.catch(() => undefined);
    // Redis out of reach sends no event, yet the lock ends there all the same.
    this.lockTimer = setTimeout(() => this.abort(lockLost()), lockMs);
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  abortAfter(delayMs: number, reasonOf: () => ActionError): void {
    this.timer = setTimeout(() => this.abort(reasonOf()), delayMs);
  }

  lockRenewed(): void {
    this.lockTimer.refresh();
  }

  /** Settles with the work or the abort, whichever is first: an action that ignores its signal holds up nobody. */
  async race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.aborted]);
  }

  end(): void {
    clearTimeout(this.timer);
    clearTimeout(this.lockTimer);
  }
}

function cancelled(reason: string): ActionError {
  const message = reason === '' ? 'the attempt was cancelled' : `the attempt was cancelled: ${reason}`;
  return new ActionError('CANCELLED', message, { class: 'cancelled' });
}

/** Aborts of jobs not running here that are remembered: most are other processes', some are on their way to this one. */
const rememberedAborts = 1_000;

/** All attempts of this process, by job id. */
export class RunningAttempts {
  private readonly byJobId = new Map<string, RunningAttempt>();
  private readonly abortedBefore = new Map<string, string>();

  constructor(private readonly lockMs: number) {}

  start(jobId: string): RunningAttempt {
    const attempt = new RunningAttempt(this.lockMs);
    this.byJobId.set(jobId, attempt);
    const reason = this.abortedBefore.get(jobId);
    if (reason !== undefined) attempt.abort(cancelled(reason));
    return attempt;
  }

  end(jobId: string): void {
    this.byJobId.get(jobId)?.end();
    this.byJobId.delete(jobId);
  }

  /**
   * The executor took the permission back. It may say so while the job is between Redis and its start here (seen with
   * 6 MB of input: 46 ms), so an unknown id is remembered.
   */
  cancel(jobId: string, reason: string): void {
    const attempt = this.byJobId.get(jobId);
    if (attempt) attempt.abort(cancelled(reason));
    else this.remember(jobId, reason);
  }

  loseLocks(jobIds: readonly string[]): void {
    for (const jobId of jobIds) this.byJobId.get(jobId)?.abort(lockLost());
  }

  renewLocks(jobIds: readonly string[]): void {
    for (const jobId of jobIds) this.byJobId.get(jobId)?.lockRenewed();
  }

  abortAll(reasonOf: () => ActionError): void {
    for (const attempt of this.byJobId.values()) attempt.abort(reasonOf());
  }

  private remember(jobId: string, reason: string): void {
    this.abortedBefore.set(jobId, reason);
    const [oldest] = this.abortedBefore.keys();
    if (this.abortedBefore.size > rememberedAborts) this.abortedBefore.delete(oldest!);
  }
}
