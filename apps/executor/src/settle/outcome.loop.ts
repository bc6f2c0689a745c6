import type { ExecutorContext, ShardDesk } from '../executor.context.js';
import type { SettleService } from './settle.service.js';

const afterErrorMs = 200;

/** Reads a shard's reports and settles them, batch after batch, until stopped. */
export class OutcomeLoop {
  /** When this loop last finished a round; readiness is judged by it. */
  lastRoundAt = Date.now();
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ExecutorContext,
    private readonly desk: ShardDesk,
    private readonly settle: SettleService,
  ) {}

  async start(): Promise<void> {
    await this.desk.reader.follow(await this.context.agenda.queues(this.desk.shard));
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.desk.reader.wake();
    await this.running;
  }

  /** Settles what another executor took and never acknowledged. */
  async takeOver(): Promise<number> {
    const reports = await this.desk.reader.takeOver();
    await this.settle.settleReports(this.desk.shard, reports);
    await this.desk.reader.acknowledge(reports);
    return reports.length;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        const reports = await this.desk.reader.read();
        await this.settle.settleReports(this.desk.shard, reports);
        await this.desk.reader.acknowledge(reports);
        this.lastRoundAt = Date.now();
      } catch (error) {
        if (this.stopped) return;
        this.context.logger.error({ err: error, shard: this.desk.shard }, 'settling a batch failed; it is read again');
        await new Promise((resolve) => setTimeout(resolve, afterErrorMs));
      }
    }
  }
}
