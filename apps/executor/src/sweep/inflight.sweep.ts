import { parseAttemptId, type AttemptId } from '#libs/contracts';
import type { JobFate } from '#libs/queues';
import type { Settlement } from '#libs/state';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext, ShardDesk } from '../executor.context.js';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { SettleService } from '../settle/settle.service.js';
import { repairEach, type Sweep } from './sweep.js';

interface Suspect {
  jobId: string;
  fate: JobFate;
  deadlineMs: number;
  isOverdue: boolean;
}

/**
 * Looks at attempts in flight, the oldest first: overdue ones end, a job that is gone is sent again or lost, a job that finished without our hearing of it is settled.
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
    private readonly dispatch: DispatchService,
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
    const sure = suspects.filter(({ jobId, isOverdue }) => isOverdue || before.has(jobId));
    return repairEach(sure, this.context.logger, async (suspect) => this.repair(desk, queue, suspect));
  }

  private async repair(desk: ShardDesk, queue: string, suspect: Suspect): Promise<boolean> {
    const attempt = parseAttemptId(suspect.jobId);
    if (!attempt) return false;
    if (suspect.fate.fate === 'gone' && (await this.sendAgain(desk, queue, attempt, suspect))) return true;
    const settlement = await this.judgeSuspect(queue, attempt, suspect);
    if (settlement) await this.settle.settle([settlement]);
    return settlement !== undefined;
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
      return fate.fate === 'pending' && !isOverdue ? [] : [{ jobId, fate, deadlineMs, isOverdue }];
    });
  }

  private async judgeSuspect(
    queue: string,
    attempt: AttemptId,
    { jobId, fate }: Suspect,
  ): Promise<Settlement | undefined> {
    if (fate.fate === 'completed')
      return this.judge.judge({ queue, jobId, event: 'completed', returnValue: fate.returnValue });
    if (fate.fate === 'failed')
      return this.judge.judge({ queue, jobId, event: 'failed', failedReason: fate.failedReason });
    if (fate.fate === 'pending') return this.judgeOverdue(attempt, fate.started);
    return this.judge.judgeFailure(attempt, {
      class: 'lost',
      code: 'JOB_GONE',
      message: 'the job vanished from its queue',
      started: true,
    });
  }

  /**
   * A job that is gone and was not started: its executor died before it was sent, or its queue was destroyed. The attempt is sent as it was granted.
   * A `once` action must be proven not to have started, for the news of its start may have gone with the queue.
   */
  private async sendAgain(
    desk: ShardDesk,
    queue: string,
    attempt: AttemptId,
    { jobId, deadlineMs }: Suspect,
  ): Promise<boolean> {
    const facts = await this.context.facts.ofAttempt(attempt);
    if (!facts?.isCurrent || facts.started) return false;
    if (facts.effect === 'once' && !(await desk.keeper.wasNeverAdded(queue, jobId, facts.sinceMs))) return false;
    const origin = await this.context.facts.origin(attempt.directiveId);
    const ttlMs = Math.max(1, deadlineMs - (await this.context.agenda.nowMs()));
    await this.dispatch.sendAgain({ ...attempt, ...origin, queue, ttlMs, spec: facts.spec });
    return true;
  }

  private async judgeOverdue(attempt: AttemptId, started: boolean): Promise<Settlement | undefined> {
    return this.judge.judgeFailure(attempt, {
      class: started ? 'timeout' : 'expired',
      code: started ? 'TIMEOUT' : 'ASSIGNMENT_EXPIRED',
      message: started
        ? 'the action ran beyond its timeout and the worker did not stop it'
        : 'no worker took the task within its ttl',
      started,
      revoke: true,
    });
  }
}
