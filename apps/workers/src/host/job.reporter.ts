import { limits, type Json } from '#libs/contracts';
import type { Job } from 'bullmq';

/** Progress shares the event stream with results, so a task may send one event a second. */
const progressIntervalMs = 1_000;

/** Sends an attempt's log lines and progress to its BullMQ job, within the limits; after `close` nothing is sent. */
export class JobReporter {
  private lines = 0;
  private readonly pending = new Set<Promise<unknown>>();
  private progressTimer: NodeJS.Timeout | undefined;
  private progressWaiting: { value: Json } | undefined;
  private isClosed = false;

  constructor(
    private readonly job: Job,
    private readonly onError: (error: unknown) => void,
  ) {}

  log(line: string): void {
    if (this.isClosed || this.lines > limits.maxLogLines) return;
    this.lines += 1;
    const isOver = this.lines > limits.maxLogLines;
    const text = isOver ? `(more lines dropped: the limit is ${limits.maxLogLines})` : line;
    this.send(this.job.log(text.slice(0, limits.maxLogLineChars)));
  }

  progress(value: Json): void {
    if (this.isClosed) return;
    if (this.progressTimer !== undefined) {
      this.progressWaiting = { value };
      return;
    }
    this.send(this.job.updateProgress(value as Parameters<Job['updateProgress']>[0]));
    this.progressTimer = setTimeout(() => this.sendWaiting(), progressIntervalMs);
  }

  /** Waits for what is under way: the executor takes the log lines as soon as it sees the result. */
  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.progressTimer);
    await Promise.all(this.pending);
  }

  private sendWaiting(): void {
    this.progressTimer = undefined;
    const waiting = this.progressWaiting;
    this.progressWaiting = undefined;
    if (waiting !== undefined) this.progress(waiting.value);
  }

  private send(sending: Promise<unknown>): void {
    const settled = sending.catch(this.onError).finally(() => this.pending.delete(settled));
    this.pending.add(settled);
  }
}
