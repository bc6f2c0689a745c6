import { schemaVersion, type Room } from '#libs/contracts';
import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from '../dispatch/dispatch.service.js';
import type { Sweep } from './sweep.js';

const kindOf = { decide: 'DecideDirective', execute: 'ExecuteDirective', review: 'ReviewDirective' } as const;
/** How long a message or an expansion may be under way; its room acts within milliseconds. */
const overdueMs = 3_000;

/** What is written on the worklists and was not done: a message lost, an expansion, a cascade or a closing cut short, a dead job in a queue. */
export class AgendaSweep implements Sweep {
  readonly name = 'agenda';
  readonly everyMs = 1_000;

  constructor(
    private readonly context: ExecutorContext,
    private readonly dispatch: DispatchService,
  ) {}

  async runOnce(shard: number): Promise<number> {
    const agenda = await this.context.agenda.read(shard, overdueMs);
    const { reader } = this.context.desks[shard]!;
    await reader.follow(agenda.queues);
    for (const { room, directiveId } of agenda.messages) await this.sendAgain(shard, room, directiveId);
    for (const task of agenda.expanding) await this.dispatch.expandFanOut(task);
    for (const directiveId of agenda.closing) await this.close(directiveId);
    if (agenda.cascades > 0) await this.dispatch.advanceCascades(shard);
    await this.discard(shard, agenda.discards);
    return agenda.messages.length + agenda.expanding.length + agenda.closing.length + agenda.cascades;
  }

  private async sendAgain(shard: number, room: Room, directiveId: string): Promise<void> {
    const { tenant, traceparent } = await this.context.facts.origin(directiveId);
    this.context.logger.warn({ room, directiveId }, 'a message was not acted on; sending it again');
    await this.context.sender.sendRoom(room, shard, {
      kind: kindOf[room],
      schemaVersion,
      tenant,
      directiveId,
      traceparent,
    });
    await this.context.agenda.postpone(shard, room, directiveId);
  }

  private async close(directiveId: string): Promise<void> {
    while (await this.context.directives.closeChunk(directiveId));
  }

  /** A job held by a worker stays on the list: the worker was told to stop, and its outcome is stale. */
  private async discard(shard: number, discards: readonly { queue: string; jobId: string }[]): Promise<void> {
    const gone: { queue: string; jobId: string }[] = [];
    for (const discard of discards)
      if (await this.context.sender.removeJob(discard.queue, discard.jobId)) gone.push(discard);
    await this.context.agenda.strikeDiscards(shard, gone);
  }
}
