import { parseAttemptId } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { OutcomeJudge } from '../settle/outcome.judge.js';
import type { SettleService } from '../settle/settle.service.js';
import { repairEach, type Sweep } from './sweep.js';

/** While no worker can renew its lock; the longest that foreign workers use by default. */
const keepLocksMs = 30_000;

/** Jobs in `active` without a lock: their worker is gone. Settles the attempt as lost, then takes the job away. */
export class LostWorkerSweep implements Sweep {
  readonly name = 'lost-worker';
  readonly everyMs = 1_000;

  constructor(
    private readonly context: ExecutorContext,
    private readonly judge: OutcomeJudge,
    private readonly settle: SettleService,
  ) {}

  async runOnce(shard: number): Promise<number> {
    const { keeper, reader } = this.context.desks[shard]!;
    if (this.context.memory.isFull) {
      for (const queue of reader.followed) await keeper.keepLocks(queue, keepLocksMs);
      return 0;
    }
    let repaired = 0;
    for (const queue of reader.followed) {
      repaired += await repairEach(await keeper.findUnlocked(queue), this.context.logger, async (jobId) => {
        await this.settleLost(jobId);
        await keeper.dropActive(queue, jobId);
        return true;
      });
    }
    return repaired;
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
