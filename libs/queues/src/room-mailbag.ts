import { schemaVersion, type RoomBatch, type RoomMessage } from '#libs/contracts';

const batchSize = 100;

interface Letter {
  message: RoomMessage;
  sent: PromiseWithResolvers<void>;
}

/**
 * Messages for one room of one shard. The first leaves at once; those that come while it is on its way leave together in the next job: a
 * hop through BullMQ costs as much as a task, and under load a thousand directives a second then cost a few dozen hops.
 */
export class RoomMailbag {
  private waiting: Letter[] = [];
  private isSending = false;

  constructor(private readonly post: (batch: RoomBatch) => Promise<void>) {}

  /** Resolves when the message is in the queue; rejects when its batch could not be sent. */
  async send(message: RoomMessage): Promise<void> {
    const sent = Promise.withResolvers<void>();
    this.waiting.push({ message, sent });
    if (!this.isSending) void this.empty();
    return sent.promise;
  }

  private async empty(): Promise<void> {
    this.isSending = true;
    while (this.waiting.length > 0) await this.postNext();
    this.isSending = false;
  }

  private async postNext(): Promise<void> {
    const letters = this.waiting.splice(0, batchSize);
    try {
      await this.post({ schemaVersion, messages: letters.map(({ message }) => message) });
      for (const { sent } of letters) sent.resolve();
    } catch (error) {
      for (const { sent } of letters) sent.reject(error as Error);
    }
  }
}
