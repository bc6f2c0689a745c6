import { parseAttemptId } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/**
 * Jobs that wait in a queue though their fence is dead: their outcome could not count, so nobody is to start them. An attempt is in flight
 * before its job is sent and its fence never comes back, so one look is enough.
 */
export class DeadJobSweep implements Sweep {
  readonly name = 'dead-job';
  private readonly offsets = new Map<string, number>();

  constructor(private readonly context: Pick<ExecutorContext, 'desks' | 'agenda' | 'sender'>) {}

  async sweep(round: SweepRound): Promise<void> {
    const { keeper, reader } = this.context.desks[round.shard]!;
    for (const queue of reader.followed) {
      const offset = this.offsets.get(queue) ?? 0;
      const { jobIds, length } = await keeper.waiting(queue, offset, round.page);
      this.offsets.set(queue, offset + round.page < length ? offset + round.page : 0);
      round.note({ looked: jobIds.length });
      const dead = await this.findDead(round.shard, queue, jobIds);
      await round.repairEach(dead, async (jobId) => (await this.context.sender.removeJob(queue, jobId)) === 'removed');
    }
  }

  /** Those on the way out already are no find, and a stranger's job is its own. */
  private async findDead(shard: number, queue: string, jobIds: readonly string[]): Promise<string[]> {
    const attempts = jobIds.filter((jobId) => parseAttemptId(jobId) !== undefined);
    if (attempts.length === 0) return [];
    const { agenda } = this.context;
    const settled = await agenda.areSettled(shard, queue, attempts);
    const gone = attempts.filter((_, at) => settled[at]);
    if (gone.length === 0) return [];
    const discarded = await agenda.areDiscarded(shard, queue, gone);
    return gone.filter((_, at) => !discarded[at]);
  }
}
