import { monitorEventLoopDelay } from 'node:perf_hooks';

const windowMs = 10_000;
const resolutionMs = 20;
const limitMs = 1_000;

/** How long this process lets everybody wait: the 99th percentile of the event loop's delay in the last ten seconds that are over. */
export class EventLoopWatch {
  private readonly histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  private readonly timer: NodeJS.Timeout;
  private lastMs = 0;

  constructor() {
    this.histogram.enable();
    this.timer = setInterval(() => this.turn(), windowMs).unref();
  }

  look(): { ok: boolean; detail: string } {
    const detail = `event loop delay p99 ${Math.round(this.lastMs)} ms, the limit is ${limitMs} ms`;
    return { ok: this.lastMs < limitMs, detail };
  }

  stop(): void {
    clearInterval(this.timer);
    this.histogram.disable();
  }

  private turn(): void {
    this.lastMs = this.histogram.percentile(99) / 1e6;
    this.histogram.reset();
  }
}
