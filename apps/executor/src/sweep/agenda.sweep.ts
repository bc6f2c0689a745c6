import type { Room } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import { HeadWatch } from './head-watch.js';
import type { Sweep } from './sweep.js';
import type { SweepRound } from './sweep-round.js';

/** How long a message or an expansion may be under way; its room acts within milliseconds. */
const overdueMs = 3_000;
/** A cancelled task's permits are returned by nobody else. */
const permitOverdueMs = 500;

/** What is written on the worklists and was not done: a message lost, an expansion, a cascade or a closing cut short, a dead job in a queue. */
export class AgendaSweep implements Sweep {
  readonly name = 'agenda';
  readonly #cascades = new HeadWatch(overdueMs);

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
  ) {}

  async sweep(round: SweepRound): Promise<void> {
    const { shard } = round;
    const agenda = await this.context.agenda.read(shard, overdueMs, round.page);
    const isFull = this.context.memory.isFull(shard);
    // What needs room in Redis stays on its list until there is some.
    if (!isFull) await this.context.desks[shard]!.reader.follow(agenda.queues);
    const open = isFull ? { messages: [], expanding: [] } : agenda;
    await round.repairEach(open.messages, async (due) => this.sendAgain(shard, due.room, due.directiveId));
    await round.repairEach(open.expanding, async (task) => this.dispatch.expandFanOut(task).then(() => true));
    await round.repairEach(agenda.closing, async (directiveId) => this.close(directiveId));
    const isStuck = this.#cascades.isStuck(shard, agenda.nextChunk, performance.now());
    await round.repairEach(isStuck ? [shard] : [], async () => this.dispatch.advanceCascades(shard).then(() => true));
    if (!isFull) await this.dispatch.workPermits(shard, permitOverdueMs);
    await this.context.agenda.drainDiscards(shard, async (queue, jobId) => this.context.sender.removeJob(queue, jobId));
  }

  private async sendAgain(shard: number, room: Room, directiveId: string): Promise<boolean> {
    const { tenant, traceparent } = await this.context.facts.origin(directiveId);
    this.context.logger.warn({ room, directiveId }, 'a message was not acted on; sending it again');
    await this.context.sender.sendRoomAgain(room, { tenant, directiveId, traceparent });
    await this.context.agenda.postpone(shard, room, directiveId);
    return true;
  }

  private async close(directiveId: string): Promise<boolean> {
    while (await this.context.directives.closeChunk(directiveId));
    return true;
  }
}
