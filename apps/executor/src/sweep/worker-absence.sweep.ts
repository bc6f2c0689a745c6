import type { ExecutorContext } from '../executor.context.js';
import { QueueAbsence } from './queue-absence.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/**
 * Finds queues with waiting jobs that no worker takes, and says so of the directives that wait there; and lets those go on as RUNNING that
 * have what they lacked. Several executors see the same; one that just began knows nothing yet, and leaves what others said.
 */
export class WorkerAbsenceSweep implements Sweep {
  readonly name = 'worker-absence';
  private readonly absence: QueueAbsence;
  /** Where the next page begins, by queue and for the degraded of a shard. */
  private readonly offsets = new Map<string, number>();

  constructor(private readonly context: ExecutorContext) {
    this.absence = new QueueAbsence(context.env.executor.noWorkerAfterMs);
  }

  async sweep(round: SweepRound): Promise<void> {
    const { shard } = round;
    if (this.context.memory.isFull(shard)) return;
    const { keeper, reader } = this.context.desks[shard]!;
    const queues = reader.followed;
    const signs = await keeper.signs(queues);
    const looks = queues.map((queue, at) => this.absence.look(queue, signs[at]!, performance.now()));
    for (const queue of queues.filter((_, at) => looks[at] === 'absent')) await this.degrade(round, queue);
    await this.recover(
      round,
      queues.filter((_, at) => looks[at] === 'served'),
    );
  }

  private async degrade({ shard, page }: SweepRound, queue: string): Promise<void> {
    const offset = this.offsets.get(queue) ?? 0;
    const { members, isLast } = await this.context.shortages.waiting(shard, queue, offset, page);
    this.offsets.set(queue, isLast ? 0 : offset + page);
    const degraded = await this.context.shortages.degrade(shard, queue, members);
    if (degraded > 0) this.context.logger.warn({ queue, directives: degraded }, 'no worker takes jobs from the queue');
  }

  private async recover(round: SweepRound, served: readonly string[]): Promise<void> {
    const { shard, page } = round;
    const name = `degraded ${shard}`;
    const offset = this.offsets.get(name) ?? 0;
    const ids = await this.context.shortages.degraded(shard, offset, page);
    const recovered = await this.context.shortages.recover(shard, served, ids);
    // What has recovered is on the list no more.
    this.offsets.set(name, ids.length < page ? 0 : offset + page - recovered);
    round.note({ looked: ids.length });
  }
}
