import { formatAttemptId, parseAttemptId } from '#libs/contracts';
import type { QueueReport } from '#libs/queues';
import type { ExecutorContext, ShardDesk } from '../executor.context.js';

/**
 * How long the news that a worker took a job waits for its outcome. An outcome tells of the start itself, in the same script, so a task
 * shorter than this costs one script instead of two; a longer one is shown as running this much later.
 */
const holdMs = 100;

/** Reports of starts that are not on record yet. They stay unacknowledged, so another executor takes them over if this one dies. */
export class HeldStarts {
  private held = new Map<string, QueueReport>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: ExecutorContext,
    private readonly desk: ShardDesk,
    private readonly onStale: (count: number) => void,
    private readonly onFailure: (report: QueueReport, error: Error) => Promise<void>,
  ) {}

  hold(reports: readonly QueueReport[]): void {
    for (const report of reports) this.held.set(report.jobId, report);
    if (this.held.size > 0) this.timer ??= setTimeout(() => this.flush(), holdMs);
  }

  /** The starts of these outcomes: their news is told, so they are acknowledged with them. */
  release(outcomes: readonly QueueReport[]): QueueReport[] {
    return outcomes.flatMap(({ jobId }) => {
      const start = this.held.get(jobId);
      this.held.delete(jobId);
      return start ?? [];
    });
  }

  /** Writes down what is held now, and resolves when that is done. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.flush();
    await this.flushing;
  }

  private flush(): void {
    this.timer = undefined;
    const reports = [...this.held.values()];
    this.held = new Map();
    this.flushing = this.flushing.then(async () => this.write(reports));
  }

  private async write(reports: readonly QueueReport[]): Promise<void> {
    if (reports.length === 0) return;
    try {
      const { stale, failures } = await this.context.attempts.startAttempts(
        reports.map(({ jobId }) => parseAttemptId(jobId)!),
      );
      this.onStale(stale);
      const errors = new Map(failures.map(({ attempt, error }) => [formatAttemptId(attempt), error]));
      await this.desk.reader.acknowledge(reports.filter(({ jobId }) => !errors.has(jobId)));
      for (const report of reports) {
        const error = errors.get(report.jobId);
        if (error) await this.onFailure(report, error);
      }
    } catch (error) {
      this.context.logger.error(
        { err: error, shard: this.desk.shard, starts: reports.length },
        'starts could not be written; they are read again',
      );
    }
  }
}
