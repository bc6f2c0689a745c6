import { formatAttemptId, parseAttemptId, type AttemptId } from '#libs/contracts';
import type { QueueReport } from '#libs/queues';
import { isStoreUnavailable, type SettleResult, type Settled, type Settlement } from '#libs/state';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeJudge } from './outcome.judge.js';

export interface SettleCounts {
  settled: number;
  stale: number;
  aside: number;
}

/** What follows from settled outcomes: on record, not yet carried out. */
export type Aftermath = Omit<Settled, 'results'>;

/** An outcome whose value the artifact store does not take or give now: nothing is lost as long as it is not acknowledged. */
export interface PostponedReport {
  report: QueueReport;
  error: Error;
}

export interface SettledReports {
  aftermath: Aftermath;
  postponed: PostponedReport[];
}

interface JudgedReport {
  report: QueueReport;
  settlement?: Settlement | undefined;
  postponed?: PostponedReport;
}

export interface SortedReports {
  strangers: QueueReport[];
  starts: QueueReport[];
  outcomes: QueueReport[];
}

/** Takes a batch of reports from a shard's worker queues to the record, and carries out what follows. */
export class SettleService {
  readonly counts: SettleCounts = { settled: 0, stale: 0, aside: 0 };

  constructor(
    private readonly context: ExecutorContext,
    private readonly judge: OutcomeJudge,
    private readonly dispatch: DispatchService,
  ) {}

  /**
   * Writes a batch of outcomes to the record and answers what follows from it, which the caller carries out after it acknowledged the reports: it is
   * all on record by then, but for what is `postponed`. Throws when the record could not be written.
   */
  async settleReports(shard: number, { strangers, outcomes }: Omit<SortedReports, 'starts'>): Promise<SettledReports> {
    for (const stranger of strangers) await this.setAside(shard, stranger);
    const judged = await Promise.all(outcomes.map(async (report) => this.judgeReport(report)));
    const postponed = judged.flatMap((each) => each.postponed ?? []);
    for (const each of judged) if (!each.settlement && !each.postponed) this.noteStale(each.report.jobId);
    const settlements = judged.flatMap(({ settlement }) => settlement ?? []);
    const reports = judged.map(({ report }) => report);
    return { aftermath: await this.write(settlements, reports), postponed };
  }

  private async judgeReport(report: QueueReport): Promise<JudgedReport> {
    try {
      return { report, settlement: await this.judge.judge(report) };
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error;
      return { report, postponed: { report, error } };
    }
  }

  /** Settles what the executor decided itself, and carries on. */
  async settle(settlements: readonly Settlement[]): Promise<void> {
    await this.follow(await this.write(settlements, []));
  }

  /** The jobs that are about to be sent; until the answer is called nobody here takes them for lost. */
  announce({ followups }: Aftermath): () => void {
    return this.dispatch.announce(followups.flatMap(({ dispatched }) => dispatched));
  }

  async follow({ followups, waiting }: Aftermath): Promise<void> {
    await this.dispatch.carry(followups);
    for (const [queue, shard] of waiting) await this.dispatch.release(shard, queue);
  }

  /** `reports` are the outcomes behind the settlements, for the rare check against a pinned version. */
  private async write(settlements: readonly Settlement[], reports: readonly QueueReport[]): Promise<Aftermath> {
    const { results, ...aftermath } = await this.context.attempts.settle(settlements);
    for (const [at, { result }] of results.entries()) {
      if (result === 'stale') this.noteStale(formatAttemptId(settlements[at]!.attempt));
      if (result === 'ok') this.counts.settled += 1;
    }
    await this.settlePinned(settlements, results, reports);
    const failed = results.find((result) => result.result === 'error');
    if (failed?.result === 'error') throw await this.afterAll(aftermath, failed.error);
    return aftermath;
  }

  /** A worker that was given up came back, or a report was read twice. */
  private noteStale(jobId: string): void {
    this.counts.stale += 1;
    this.context.logger.debug({ jobId }, 'an outcome with a dead fence was dropped');
  }

  /** Some of a batch was settled and some was not: what was settled goes on before the others are read again. */
  private async afterAll(aftermath: Aftermath, error: Error): Promise<Error> {
    await this.follow(aftermath);
    return error;
  }

  /** The action was republished since the plan was made: the output is checked against the version the plan pinned. */
  private async settlePinned(
    settlements: readonly Settlement[],
    results: readonly SettleResult[],
    reports: readonly QueueReport[],
  ): Promise<void> {
    for (const [at, result] of results.entries()) {
      if (result.result !== 'version') continue;
      const report = reports.find(({ jobId }) => isAttempt(jobId, settlements[at]!.attempt));
      const settlement = report && (await this.judge.judge(report, result.pinned));
      if (settlement) await this.settle([settlement]);
    }
  }

  private async setAside(shard: number, { queue, jobId, event, failedReason }: QueueReport): Promise<void> {
    const reason = event === 'failed' ? (failedReason ?? 'failed') : 'its id is not an attempt of ours';
    this.counts.aside += 1;
    this.context.logger.warn({ queue, jobId, reason }, 'a job that is not ours was set aside');
    await this.context.agenda.setAside(shard, queue, jobId, reason);
  }
}

/** A start whose outcome is in the same batch is left out: settle-attempt tells it itself. */
export function sortReports(reports: readonly QueueReport[]): SortedReports {
  const sorted: SortedReports = { strangers: [], starts: [], outcomes: [] };
  const ended = new Set(reports.filter(isOutcome).map((report) => report.jobId));
  for (const report of reports) {
    if (report.event === 'other') continue;
    const attempt = parseAttemptId(report.jobId);
    if (isOutcome(report)) (attempt ? sorted.outcomes : sorted.strangers).push(report);
    else if (attempt && !ended.has(report.jobId)) sorted.starts.push(report);
  }
  return sorted;
}

function isOutcome(report: QueueReport): boolean {
  return report.event === 'completed' || report.event === 'failed';
}

function isAttempt(jobId: string, attempt: AttemptId): boolean {
  const parsed = parseAttemptId(jobId);
  return parsed?.nonce === attempt.nonce && parsed.directiveId === attempt.directiveId;
}
