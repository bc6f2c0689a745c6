import { RoomReceiver } from '#libs/queues';
import type { ExecutorContext } from '../executor.context.js';
import type { DispatchService } from './dispatch.service.js';

const concurrency = 50;

/** The execute room's door: one message a directive, whose first tasks are released. */
export function openExecuteRoom(context: ExecutorContext, dispatch: DispatchService): RoomReceiver {
  return new RoomReceiver({
    address: context.address,
    redis: context.redis,
    room: 'execute',
    shards: context.env.shards,
    concurrency,
    graceMs: context.env.shutdownGraceMs,
    handle: async (messages) => dispatch.start(messages.map(({ directiveId }) => directiveId)),
    onFailure: (message, error) =>
      context.logger.error({ message, err: error }, 'execute message failed; a sweeper repeats it'),
  });
}
