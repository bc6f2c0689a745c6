import type { Room } from '#libs/contracts';
import type { QueueSender, RoomSubject } from '#libs/queues';
import type { Logger } from '#libs/telemetry';

/** Tells the next room of what is on record already: a message that is lost costs the time until a sweeper looks. */
export async function tellRoom(
  { sender, logger }: { sender: QueueSender; logger: Logger },
  room: Room,
  subject: RoomSubject,
): Promise<void> {
  try {
    await sender.sendRoom(room, subject);
  } catch (error) {
    logger.warn({ err: error, directiveId: subject.directiveId, room }, 'the next room was not told; a sweeper will');
  }
}
