import { parseAttemptId, type AttemptId } from '#libs/contracts';
import type { QueueReport } from '#libs/queues';
import { shardOfAttempt, type SettleResult, type Settlement } from '#libs/state';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeJudge } from './outcome.judge.js';

export interface SettleCounts {
  settled: number;
  stale: number;
  aside: number;
}

interface SortedReports {
  strangers: QueueReport[];
  starts: AttemptId[];
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

  /** Throws when the record could not be written; the caller then does not acknowledge the reports. */
  async settleReports(shard: number, reports: readonly QueueReport[]): Promise<void> {
    const { strangers, starts, outcomes } = sortReports(reports);
    for (const stranger of strangers) await this.setAside(shard, stranger);
    this.counts.stale += await this.context.attempts.startAttempts(starts);
    const judged = await Promise.all(
      outcomes.map(async (report) => ({ report, settlement: await this.judge.judge(report) })),
    );
    await this.settle(
      judged.flatMap(({ settlement }) => settlement ?? []),
      judged.map(({ report }) => report),
    );
    this.counts.stale += judged.filter(({ settlement }) => settlement === undefined).length;
  }

  /** Settles and carries on; `reports` are the outcomes behind the settlements, for the rare check against a pinned version. */
  async settle(settlements: readonly Settlement[], reports: readonly QueueReport[] = []): Promise<void> {
    if (settlements.length === 0) return;
    const results = await this.context.attempts.settle(settlements);
    const failed = results.find((result) => result.result === 'error');
    await this.follow(settlements, results);
    await this.settlePinned(settlements, results, reports);
    if (failed?.result === 'error') throw failed.error;
  }

  private async follow(settlements: readonly Settlement[], results: readonly SettleResult[]): Promise<void> {
    const accepted = results.flatMap((result, at) =>
      result.result === 'ok' ? [{ result, attempt: settlements[at]!.attempt }] : [],
    );
    this.counts.settled += accepted.length;
    this.counts.stale += results.filter((result) => result.result === 'stale').length;
    await this.dispatch.carry(accepted.map(({ result }) => result.followup));
    const waiting = new Map<string, number>();
    for (const { result, attempt } of accepted)
      if (result.readyLeft > 0) waiting.set(result.queue, shardOfAttempt(attempt));
    for (const [queue, shard] of waiting) await this.dispatch.release(shard, queue);
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
      if (settlement) await this.settle([settlement], [report]);
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
function sortReports(reports: readonly QueueReport[]): SortedReports {
  const sorted: SortedReports = { strangers: [], starts: [], outcomes: [] };
  const ended = new Set(reports.filter(isOutcome).map((report) => report.jobId));
  for (const report of reports) {
    if (report.event === 'other') continue;
    const attempt = parseAttemptId(report.jobId);
    if (isOutcome(report)) (attempt ? sorted.outcomes : sorted.strangers).push(report);
    else if (attempt && !ended.has(report.jobId)) sorted.starts.push(attempt);
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
