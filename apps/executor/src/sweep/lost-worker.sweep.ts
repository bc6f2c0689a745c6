import { parseAttemptId } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { SettleService } from '../settle/settle.service.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** While no worker can renew its lock; the longest that foreign workers use by default. */
const keepLocksMs = 30_000;

/** Jobs in `active` without a lock: their worker is gone. Settles the attempt as lost, then takes the job away. */
export class LostWorkerSweep implements Sweep {
  readonly name = 'lost-worker';

  constructor(
    private readonly context: ExecutorContext,
    private readonly judge: OutcomeJudge,
    private readonly settle: SettleService,
  ) {}

  async sweep(round: SweepRound): Promise<void> {
    const { keeper, reader } = this.context.desks[round.shard]!;
    if (this.context.memory.isFull(round.shard)) {
      for (const queue of reader.followed) await keeper.keepLocks(queue, keepLocksMs);
      return;
    }
    for (const queue of reader.followed) {
      await round.repairEach(await keeper.findUnlocked(queue, round.page), async (jobId) => {
        await this.settleLost(jobId);
        await keeper.dropActive(queue, jobId);
        return true;
      });
    }
  }

  private async settleLost(jobId: string): Promise<void> {
    const attempt = parseAttemptId(jobId);
    if (!attempt) return;
    const settlement = await this.judge.judgeFailure(attempt, {
      class: 'lost',
      code: 'WORKER_LOST',
      message: 'the worker stopped renewing its lock: it died, was stopped, or lost Redis',
      started: true,
    });
    if (settlement) await this.settle.settle([settlement]);
  }
}
