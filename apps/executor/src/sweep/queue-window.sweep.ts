import { decideWindow, firstWindow } from '#libs/policy';
import type { QueueLine } from '#libs/state';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** About a minute. */
const stillLooks = 300;

/**
 * Keeps the queues short in which tasks stand in line: what is in a queue goes before whoever comes new, however fair the line is. Several
 * executors see the same and decide the same.
 */
export class QueueWindowSweep implements Sweep {
  readonly name = 'queue-window';
  /** For how many looks nothing was in flight, by queue. */
  private readonly still = new Map<string, number>();

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
  ) {}

  async sweep({ shard }: SweepRound): Promise<void> {
    if (this.context.memory.isFull(shard)) return;
    const lines = await this.context.windows.read(shard, this.context.desks[shard]!.reader.followed);
    await Promise.all(lines.map(async (line) => this.look(shard, line)));
  }

  private async look(shard: number, { queue, ready, window }: QueueLine): Promise<void> {
    if (ready === 0) return window === undefined ? undefined : this.forget(shard, queue);
    const most = this.context.env.executor.queueWindow;
    const now = window ?? Math.min(firstWindow, most);
    const next = decideWindow({ window: now, most, ...(await this.context.desks[shard]!.keeper.load(queue)) });
    if (next === now) return;
    await this.context.windows.set(shard, queue, next);
    if (next > now) await this.dispatch.release(shard, queue);
  }

  /** What it grew to for one crowd may be too much for the next, of other work. */
  private async forget(shard: number, queue: string): Promise<void> {
    const isStill = (await this.context.agenda.inflightCount(shard, queue)) === 0;
    const looks = isStill ? (this.still.get(queue) ?? 0) + 1 : 0;
    this.still.set(queue, looks);
    if (looks < stillLooks) return;
    this.still.delete(queue);
    await this.context.windows.forget(shard, queue);
  }
}
