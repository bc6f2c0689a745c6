import { decideWindow, firstWindow } from '#libs/policy';
import type { QueueLine } from '#libs/state';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { ExecutorContext } from '../executor.context.js';
import type { Sweep } from './sweep.js';

/**
 * Keeps the queues short in which tasks stand in line: what is in a queue goes before whoever comes new, however fair the line is. Several
 * executors see the same and decide the same.
 */
export class QueueWindowSweep implements Sweep {
  readonly name = 'queue-window';
  readonly everyMs = 200;

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
  ) {}

  async runOnce(shard: number): Promise<number> {
    const lines = await this.context.windows.read(shard, this.context.desks[shard]!.reader.followed);
    await Promise.all(lines.map(async (line) => this.look(shard, line)));
    return 0;
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

  /** What it grew to for one crowd is too much for the next. */
  private async forget(shard: number, queue: string): Promise<void> {
    if ((await this.context.agenda.inflightCount(shard, queue)) === 0) await this.context.windows.forget(shard, queue);
  }
}
