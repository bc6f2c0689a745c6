import { RoomReceiver, type BullAddress } from '#libs/queues';
import type { Logger } from '#libs/telemetry';
import type { DecideService } from './decide/decide.service.js';
import type { ReviewService } from './review/review.service.js';

const concurrency = 20;

export interface RoomParts {
  address: BullAddress;
  shards: number;
  graceMs: number;
  logger: Logger;
  decide: DecideService;
  review: ReviewService;
}

/** The orchestrator's two doors behind ingress. */
export function openRooms({ address, shards, graceMs, logger, decide, review }: RoomParts): RoomReceiver[] {
  const onFailure = (message: string, error: Error): void =>
    logger.error({ message, err: error }, 'a message failed; a sweeper repeats it');
  const shared = { address, shards, concurrency, graceMs, onFailure };
  return [
    new RoomReceiver({ ...shared, room: 'decide', handle: async (message) => decide.decide(message) }),
    new RoomReceiver({ ...shared, room: 'review', handle: async (message) => review.review(message) }),
  ];
}
