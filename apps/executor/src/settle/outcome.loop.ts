import type { QueueReport } from '#libs/queues';
import { answersFor, type Watched } from '#libs/redis';
import type { ExecutorContext, ShardDesk } from '../executor.context.js';
import { HeldStarts } from './held-starts.js';
import { sortReports, type Aftermath, type PostponedReport, type SettleService } from './settle.service.js';

const afterErrorMs = 200;
const setAsideAfter = 5;

/** Reads a shard's reports and settles them, batch after batch, until stopped. */
export class OutcomeLoop implements Watched {
  /** When this loop last finished a round; readiness is judged by it. */
  lastRoundAt = Date.now();
  readonly name: string;
  private rounds = 0;
  private readonly failures = new Map<string, number>();
  private stopped = false;
  private running: Promise<void> = Promise.resolve();
  private following: Promise<void> = Promise.resolve();
  private readonly starts: HeldStarts;

  constructor(
    private readonly context: ExecutorContext,
    private readonly desk: ShardDesk,
    private readonly settle: SettleService,
  ) {
    this.name = `the reader of outcomes of shard ${desk.shard}`;
    this.starts = new HeldStarts(
      context,
      desk,
      (count) => (settle.counts.stale += count),
      async (report, error) => this.noteFailure(report, error),
    );
  }

  async start(): Promise<void> {
    await this.desk.reader.follow(await this.context.agenda.queues(this.desk.shard));
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.desk.reader.stop();
    await this.running;
    await Promise.all([this.starts.stop(), this.following]);
    await this.handOver();
  }

  /** What could not be settled any more would wait ten seconds for another executor. */
  private async handOver(): Promise<void> {
    const { reader, keeper } = this.desk;
    const { instance, logger } = this.context;
    await Promise.all(reader.followed.map(async (queue) => keeper.handOver(queue, instance))).catch((error: unknown) =>
      logger.debug({ err: error }, 'reports are taken over later'),
    );
  }

  progress(): number {
    return this.rounds;
  }

  /** A round ends every 2 s also when nothing comes. */
  async isDue(): Promise<boolean> {
    return !this.stopped && answersFor(this.context.redis, [this.context.keys.queues(this.desk.shard)]);
  }

  recreate(): void {
    this.desk.reader.reconnect();
  }

  /** Settles what another executor took and never acknowledged. */
  async takeOver(most: number): Promise<number> {
    const reports = await this.desk.reader.takeOver(most);
    await this.settleBatch(reports);
    return reports.length;
  }

  /** One report that cannot be settled must not keep the others waiting: a batch that fails is settled one by one. */
  private async settleBatch(reports: readonly QueueReport[]): Promise<void> {
    try {
      await this.settleAndAcknowledge(reports);
    } catch {
      for (const report of reports) await this.settleAlone(report);
    }
  }

  private async settleAndAcknowledge(reports: readonly QueueReport[]): Promise<void> {
    const sorted = sortReports(reports);
    const told = this.starts.release(sorted.outcomes);
    this.starts.hold(sorted.starts);
    const { aftermath, postponed } = await this.settle.settleReports(this.desk.shard, sorted);
    const held = new Set([...sorted.starts, ...this.leaveOpen(postponed)]);
    this.acknowledge([...reports.filter((report) => !held.has(report)), ...told]);
    await this.followNext(aftermath);
  }

  /** They stay unacknowledged, are read again in ten seconds, and are never set aside: their worker's value is nowhere else. */
  private leaveOpen(postponed: readonly PostponedReport[]): QueueReport[] {
    return postponed.map(({ report, error }) => {
      this.context.logger.warn({ queue: report.queue, jobId: report.jobId }, `an outcome waits: ${error.message}`);
      return report;
    });
  }

  /** Nobody waits for it: an entry that stays unacknowledged is read again, and its outcome is stale by then. */
  private acknowledge(reports: readonly QueueReport[]): void {
    this.desk.reader.acknowledge(reports).catch((error: unknown) => {
      if (!this.stopped)
        this.context.logger.warn({ err: error, shard: this.desk.shard }, 'reports were not acknowledged');
    });
  }

  /** The next batch is read and settled while this one's jobs are sent; what follows from it waits its turn, and is not called lost meanwhile. */
  private async followNext(aftermath: Aftermath): Promise<void> {
    const before = this.following;
    const forget = this.settle.announce(aftermath);
    this.following = before.then(async () => this.follow(aftermath)).finally(forget);
    await before;
  }

  private async follow(aftermath: Aftermath): Promise<void> {
    try {
      await this.settle.follow(aftermath);
    } catch (error) {
      if (this.context.memory.heed(this.desk.shard, error)) return;
      this.context.logger.error(
        { err: error, shard: this.desk.shard },
        'what follows could not be sent; a sweeper sends it',
      );
    }
  }

  private async settleAlone(report: QueueReport): Promise<void> {
    try {
      await this.settleAndAcknowledge([report]);
      this.failures.delete(placeOf(report));
    } catch (error) {
      await this.noteFailure(report, error);
    }
  }

  private async noteFailure(report: QueueReport, error: unknown): Promise<void> {
    const failures = (this.failures.get(placeOf(report)) ?? 0) + 1;
    this.failures.set(placeOf(report), failures);
    this.context.logger.error(
      { err: error, queue: report.queue, jobId: report.jobId, failures },
      'a report could not be settled; it is read again',
    );
    if (failures >= setAsideAfter) await this.setAside(report, error);
  }

  /** Never a crash loop: the job itself stays, and a sweeper looks at it as long as its attempt is in flight. */
  private async setAside(report: QueueReport, error: unknown): Promise<void> {
    const { queue, jobId } = report;
    await this.context.agenda.setAside(this.desk.shard, queue, jobId, `could not be settled: ${String(error)}`);
    this.acknowledge([report]);
    this.failures.delete(placeOf(report));
  }

  /** The next batch is read while this one is settled: reading, settling and sending take about as long each. */
  private async run(): Promise<void> {
    let next = this.read();
    while (!this.stopped) {
      const reports = await next;
      next = this.read();
      if (reports) await this.settleSafely(reports);
    }
    // What was delivered while it was stopped would wait ten seconds for another executor.
    await this.settleSafely((await next) ?? []);
  }

  private async settleSafely(reports: readonly QueueReport[]): Promise<void> {
    try {
      await this.settleBatch(reports);
      this.rounds += 1;
      this.lastRoundAt = Date.now();
    } catch (error) {
      await this.pauseAfter(error);
    }
  }

  private async pauseAfter(error: unknown): Promise<void> {
    if (this.stopped) return;
    this.context.logger.error({ err: error, shard: this.desk.shard }, 'reading outcomes failed; it is tried again');
    await new Promise((resolve) => setTimeout(resolve, afterErrorMs));
  }

  /** Undefined when Redis could not be read, after a pause. */
  private async read(): Promise<QueueReport[] | undefined> {
    try {
      return await this.desk.reader.read();
    } catch (error) {
      await this.pauseAfter(error);
      return undefined;
    }
  }
}

/** Entry ids are of one stream: two queues may have the same. */
function placeOf({ queue, entryId }: QueueReport): string {
  return `${queue} ${entryId}`;
}
