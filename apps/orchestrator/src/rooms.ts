import type { RoomMessage } from '#libs/contracts';
import { RoomReceiver, type BullAddress } from '#libs/queues';
import type { Redis } from '#libs/redis';
import type { Logger } from '#libs/telemetry';
import type { DecideService } from './decide/decide.service.js';
import type { ReviewService } from './review/review.service.js';

const concurrency = 20;

export interface RoomParts {
  address: BullAddress;
  redis: Redis;
  shards: number;
  graceMs: number;
  logger: Logger;
  decide: DecideService;
  review: ReviewService;
}

/** One after the other, for a plan may have 8 MB; all are tried, so that one that fails does not keep the others waiting. */
async function each(messages: readonly RoomMessage[], act: (message: RoomMessage) => Promise<void>): Promise<void> {
  const failures: Error[] = [];
  for (const message of messages) await act(message).catch((error: Error) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, failures[0]!.message);
}

/** The orchestrator's two doors behind ingress. */
export function openRooms({ address, redis, shards, graceMs, logger, decide, review }: RoomParts): RoomReceiver[] {
  const onFailure = (message: string, error: Error): void =>
    logger.error({ message, err: error }, 'a message failed; a sweeper repeats it');
  const shared = { address, redis, shards, concurrency, graceMs, onFailure };
  return [
    new RoomReceiver({
      ...shared,
      room: 'decide',
      handle: async (messages) => each(messages, async (message) => decide.decide(message)),
    }),
    new RoomReceiver({
      ...shared,
      room: 'review',
      handle: async (messages) => each(messages, async (message) => review.review(message)),
    }),
  ];
}
