import { parseAttemptId, type AttemptId } from '#libs/contracts';
import type { JobFate } from '#libs/queues';
import type { AttemptFacts, Settlement } from '#libs/state';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext, ShardDesk } from '../executor.context.js';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { SettleService } from '../settle/settle.service.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

interface Suspect {
  jobId: string;
  fate: JobFate;
  deadlineMs: number;
}

interface GoneAttempt {
  attempt: AttemptId;
  facts: AttemptFacts;
  suspect: Suspect;
}

/** An outcome is settled within milliseconds of its event; one this old was not heard of. */
const unheardAfterMs = 5_000;
/** Twice the time after which an executor looks at the record once more before it sends what it granted. */
const goneAfterMs = 6_000;

/**
 * Looks at attempts in flight, page by page: overdue ones end, a job that is gone is sent again or lost, a job that finished without our
 * hearing of it is settled. What may just be on its way is left alone, by its age.
 */
export class InflightSweep implements Sweep {
  readonly name = 'inflight';
  private readonly offsets = new Map<string, number>();

  constructor(
    private readonly context: ExecutorContext,
    private readonly judge: OutcomeJudge,
    private readonly settle: SettleService,
    private readonly dispatch: DispatchService,
  ) {}

  async sweep(round: SweepRound): Promise<void> {
    const desk = this.context.desks[round.shard]!;
    for (const queue of desk.reader.followed) {
      const suspects = await this.findSuspects(desk, queue, round);
      await round.repairEach(suspects, async (suspect) => this.repair(desk, queue, suspect));
    }
  }

  private async findSuspects(desk: ShardDesk, queue: string, round: SweepRound): Promise<Suspect[]> {
    const offset = await this.nextOffset(desk, queue, round.page);
    const inflight = await this.context.agenda.inflight(desk.shard, queue, offset, round.page);
    round.note({ looked: inflight.length });
    if (inflight.length === 0) return [];
    const nowMs = await this.context.agenda.nowMs();
    const jobIds = inflight.map(({ jobId }) => jobId);
    const fates = await desk.keeper.fates(queue, jobIds);
    const suspects = inflight.map((attempt, at) => ({ ...attempt, fate: fates[at]! }));
    return suspects.filter((suspect) => isSuspect(suspect, nowMs) && !this.dispatch.isUnderWay(suspect.jobId));
  }

  /** Each pass looks at the next page, so that long runners at the front hide nobody. */
  private async nextOffset(desk: ShardDesk, queue: string, page: number): Promise<number> {
    const count = await this.context.agenda.inflightCount(desk.shard, queue);
    const offset = this.offsets.get(queue) ?? 0;
    this.offsets.set(queue, offset + page < count ? offset + page : 0);
    return offset;
  }

  private async repair(desk: ShardDesk, queue: string, suspect: Suspect): Promise<boolean> {
    const attempt = parseAttemptId(suspect.jobId);
    const facts = attempt && (await this.context.facts.ofAttempt(attempt));
    if (!attempt || !facts?.isCurrent) return false;
    if (suspect.fate.fate === 'gone') return this.repairGone(desk, queue, { attempt, facts, suspect });
    const settlement =
      suspect.fate.fate === 'finished'
        ? await this.judgeUnheard(desk, queue, suspect.jobId, facts)
        : await this.judgeOverdue(attempt, suspect.fate.started);
    if (settlement) await this.settle.settle([settlement]);
    return settlement !== undefined;
  }

  private async judgeUnheard(
    desk: ShardDesk,
    queue: string,
    jobId: string,
    facts: AttemptFacts,
  ): Promise<Settlement | undefined> {
    const outcome = await desk.keeper.outcome(queue, jobId);
    return this.judge.judge({ queue, jobId, ...outcome }, facts.spec.actionVersion);
  }

  /**
   * A job that is gone and was not started: its executor died before it was sent, or its queue was destroyed. The attempt is sent as it
   * was granted. A `once` action must be proven not to have started, for the news of its start may have gone with the queue.
   */
  private async repairGone(desk: ShardDesk, queue: string, { attempt, facts, suspect }: GoneAttempt): Promise<boolean> {
    const nowMs = await this.context.agenda.nowMs();
    if (nowMs - facts.sinceMs < goneAfterMs || this.context.memory.isFull(desk.shard)) return false;
    const isUnstarted =
      !facts.started &&
      (facts.effect !== 'once' || (await desk.keeper.wasNeverAdded(queue, suspect.jobId, facts.sinceMs)));
    if (!isUnstarted) return this.settleGone(attempt);
    const origin = await this.context.facts.origin(attempt.directiveId);
    const ttlMs = Math.max(1, suspect.deadlineMs - nowMs);
    await this.dispatch.sendAgain({
      ...attempt,
      ...origin,
      queue,
      ttlMs,
      spec: facts.spec,
      isApproved: facts.isApproved,
    });
    return true;
  }

  private async settleGone(attempt: AttemptId): Promise<boolean> {
    const settlement = await this.judge.judgeFailure(attempt, {
      class: 'lost',
      code: 'JOB_GONE',
      message: 'the job vanished from its queue',
      started: true,
      revoke: true,
    });
    if (settlement) await this.settle.settle([settlement]);
    return settlement !== undefined;
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

function isSuspect({ fate, deadlineMs }: Suspect, nowMs: number): boolean {
  if (fate.fate === 'pending') return deadlineMs <= nowMs;
  return fate.fate === 'gone' || nowMs - fate.finishedAtMs > unheardAfterMs;
}
