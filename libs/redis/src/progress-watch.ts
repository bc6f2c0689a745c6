/** What is to be done about something that should go on: nothing, make it anew, or end the process, for it was made anew in vain. */
export type ProgressVerdict = 'fine' | 'recreate' | 'give-up';

export interface ProgressLook {
  /** Any number that changes with each step. */
  progress: number;
  /** Whether it has reason to make a step: work waits and Redis answers. */
  isDue: boolean;
  nowMs: number;
}

/** Judges one thing by its own progress: a connection that answers PING has carried no job for days (taskforcesh/bullmq#4585). */
export class ProgressWatch {
  private seen: number | undefined;
  private sinceMs = 0;
  private recreated = 0;

  constructor(
    private readonly patienceMs: number,
    private readonly mostRecreations: number,
  ) {}

  look({ progress, isDue, nowMs }: ProgressLook): ProgressVerdict {
    const moves = progress !== this.seen;
    this.seen = progress;
    if (moves) this.recreated = 0;
    if (moves || !isDue) this.sinceMs = nowMs;
    if (moves || !isDue || nowMs - this.sinceMs < this.patienceMs) return 'fine';
    this.sinceMs = nowMs;
    this.recreated += 1;
    return this.recreated > this.mostRecreations ? 'give-up' : 'recreate';
  }
}
