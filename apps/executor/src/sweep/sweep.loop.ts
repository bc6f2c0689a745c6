import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';

/** Runs one sweep over all shards again and again; jittered, so that several executors do not sweep in step. */
export class SweepLoop {
  /** Repairs since the start: in calm weather this stays 0. */
  repairs = 0;
  /** By `performance.now()`: when all shards were last swept without a failure. */
  lastRoundAt = performance.now();
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly context: ExecutorContext,
    private readonly sweep: Sweep,
  ) {}

  get name(): string {
    return this.sweep.name;
  }

  start(): void {
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.running = this.runAll().finally(() => this.schedule());
      },
      this.sweep.everyMs * (0.75 + Math.random() / 2),
    );
  }

  private async runAll(): Promise<void> {
    let hasFailed = false;
    for (const { shard } of this.context.desks) {
      try {
        const repaired = await this.sweep.runOnce(shard);
        this.repairs += repaired;
        if (repaired > 0)
          this.context.logger.warn({ sweep: this.sweep.name, shard, repaired }, 'a sweeper repaired something');
      } catch (error) {
        hasFailed = true;
        if (!this.stopped && !this.context.memory.heed(error))
          this.context.logger.error({ err: error, sweep: this.sweep.name, shard }, 'a sweep failed; it is tried again');
      }
    }
    if (!hasFailed) this.lastRoundAt = performance.now();
  }
}
