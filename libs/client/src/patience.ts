import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './client-error.js';

export interface PatienceOptions {
  signal?: AbortSignal | undefined;
  /** Told once a silence: why the server cannot be heard. */
  onBreak?: ((error: Error) => void) | undefined;
  /** Told when it answers again. */
  onBack?: (() => void) | undefined;
  /** How long the server may be away before its last failure is thrown; without it, for ever. */
  patienceMs?: number | undefined;
  /** The first pause; it doubles with each failure. A stream's server says its own. */
  retryMs?: number | undefined;
}

const defaultRetryMs = 1_000;
// A server that restarts is back within seconds; a pause above this would be longer than the restart.
const longestPauseMs = 10_000;

/** How often and how long a server that is away is asked again: backoff, jitter and an end. */
export class Patience {
  private retryMs: number;
  private failures = 0;
  private silentSince: number | undefined;

  constructor(private readonly options: PatienceOptions) {
    this.retryMs = options.retryMs ?? defaultRetryMs;
  }

  /** What the server asks for between two tries. */
  setRetry(retryMs: number): void {
    this.retryMs = retryMs;
  }

  /** The server was heard. */
  heard(): void {
    this.failures = 0;
    if (this.silentSince === undefined) return;
    this.silentSince = undefined;
    this.options.onBack?.();
  }

  /** Pauses before the next try. Throws `error` itself when it will not pass or the patience is over. */
  async pause(error: unknown): Promise<void> {
    const { signal, onBreak, patienceMs = Infinity } = this.options;
    signal?.throwIfAborted();
    if (!isPassing(error)) throw error;
    if (this.silentSince === undefined) onBreak?.(error as Error);
    this.silentSince ??= performance.now();
    if (performance.now() - this.silentSince >= patienceMs) throw error;
    const pauseMs = Math.min(this.retryMs * 2 ** this.failures, longestPauseMs);
    this.failures = Math.min(this.failures + 1, 10);
    // Half of it by chance: the watchers of one server must not come back in step.
    await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal });
  }

  /** Asks until there is an answer or the patience is over. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await question();
        this.heard();
        return answer;
      } catch (error) {
        await this.pause(error);
      }
    }
  }
}
