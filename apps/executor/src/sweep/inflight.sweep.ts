import { parseAttemptId, type AttemptId } from '#libs/contracts';
import type { JobFate } from '#libs/queues';
import type { Settlement } from '#libs/state';
import type { ExecutorContext, ShardDesk } from '../executor.context.js';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { SettleService } from '../settle/settle.service.js';
import type { Sweep } from './sweep.js';

interface Suspect {
  jobId: string;
  fate: JobFate;
  isOverdue: boolean;
}

/**
 * Looks at attempts in flight, the oldest first: overdue ones end, a job that is gone is lost, a job that finished without our hearing of it is settled.
 * A fate other than overdue must be seen twice in a row, so that what is just on its way is left alone.
 */
export class InflightSweep implements Sweep {
  readonly name = 'inflight';
  readonly everyMs = 2_000;
  private readonly seenBefore = new Map<string, Set<string>>();

  constructor(
    private readonly context: ExecutorContext,
    private readonly judge: OutcomeJudge,
    private readonly settle: SettleService,
  ) {}

  async runOnce(shard: number): Promise<number> {
    const desk = this.context.desks[shard]!;
    let repaired = 0;
    for (const queue of desk.reader.followed) repaired += await this.sweepQueue(desk, queue);
    return repaired;
  }

  private async sweepQueue(desk: ShardDesk, queue: string): Promise<number> {
    const suspects = await this.findSuspects(desk, queue);
    const before = this.seenBefore.get(queue) ?? new Set();
    this.seenBefore.set(queue, new Set(suspects.map(({ jobId }) => jobId)));
    let repaired = 0;
    for (const suspect of suspects) {
      if (!suspect.isOverdue && !before.has(suspect.jobId)) continue;
      const settlement = await this.judgeSuspect(desk, queue, suspect);
      if (settlement) await this.settle.settle([settlement]);
      repaired += settlement ? 1 : 0;
    }
    return repaired;
  }

  private async findSuspects(desk: ShardDesk, queue: string): Promise<Suspect[]> {
    const inflight = await this.context.agenda.inflight(desk.shard, queue);
    if (inflight.length === 0) return [];
    const nowMs = await this.context.agenda.nowMs();
    const fates = await desk.keeper.fates(
      queue,
      inflight.map(({ jobId }) => jobId),
    );
    return inflight.flatMap(({ jobId, deadlineMs }, at) => {
      const fate = fates[at]!;
      const isOverdue = deadlineMs <= nowMs && fate.fate === 'pending';
      return fate.fate === 'pending' && !isOverdue ? [] : [{ jobId, fate, isOverdue }];
    });
  }

  private async judgeSuspect(
    desk: ShardDesk,
    queue: string,
    { jobId, fate }: Suspect,
  ): Promise<Settlement | undefined> {
    const attempt = parseAttemptId(jobId);
    if (!attempt) return undefined;
    if (fate.fate === 'completed')
      return this.judge.judge({ queue, jobId, event: 'completed', returnValue: fate.returnValue });
    if (fate.fate === 'failed')
      return this.judge.judge({ queue, jobId, event: 'failed', failedReason: fate.failedReason });
    if (fate.fate === 'gone') return this.judgeGone(desk, queue, jobId, attempt);
    return this.judgeOverdue(attempt, fate.started);
  }

  /** A job may be gone because it was never sent (the executor died in between) or because its queue was destroyed while it ran. */
  private async judgeGone(
    desk: ShardDesk,
    queue: string,
    jobId: string,
    attempt: AttemptId,
  ): Promise<Settlement | undefined> {
    const facts = await this.context.facts.ofAttempt(attempt);
    if (!facts?.isCurrent) return undefined;
    const mayHaveStarted =
      facts.started || (facts.effect === 'once' && !(await desk.keeper.wasNeverAdded(queue, jobId, facts.sinceMs)));
    const message = mayHaveStarted ? 'the job vanished from its queue' : 'the job never reached its queue';
    return this.judge.judgeFailure(attempt, {
      class: 'lost',
      code: 'JOB_GONE',
      message,
      reportedByWorker: false,
      started: mayHaveStarted,
    });
  }

  private async judgeOverdue(attempt: AttemptId, started: boolean): Promise<Settlement | undefined> {
    return this.judge.judgeFailure(attempt, {
      class: started ? 'timeout' : 'expired',
      code: started ? 'TIMEOUT' : 'ASSIGNMENT_EXPIRED',
      message: started
        ? 'the action ran beyond its timeout and the worker did not stop it'
        : 'no worker took the task within its ttl',
      reportedByWorker: false,
      started,
      revoke: true,
    });
  }
}
