import { UnrecoverableError, type Job, type Worker } from 'bullmq';
import { RoomBatch, roomQueue, type Room, type RoomMessage } from '#libs/contracts';
import type { Redis, Watched } from '#libs/redis';
import type { BullAddress } from './bull-connection.js';
import { putOffNewer } from './put-off-newer.js';
import { QueueWorker } from './queue-worker.js';

export interface RoomReceiverOptions {
  address: BullAddress;
  /** By which it looks whether messages wait that nobody takes. */
  redis: Redis;
  room: Room;
  shards: number;
  concurrency: number;
  graceMs: number;
  /** What it could not act on it throws for: the whole batch comes again, so acting twice must be harmless. */
  handle: (messages: readonly RoomMessage[]) => Promise<void>;
  /** Called when a message could not be acted on; the record still holds the order and a sweeper repeats it. */
  onFailure: (message: string, error: Error) => void;
}

/** Takes a room's messages on every shard, parses them, and calls the room. */
export class RoomReceiver {
  private readonly workers: QueueWorker[];

  constructor(private readonly options: RoomReceiverOptions) {
    this.workers = Array.from({ length: options.shards }, (_, shard) => this.open(shard));
    for (const worker of this.workers) worker.start();
  }

  get watched(): readonly Watched[] {
    return this.workers;
  }

  /**
   * Lets messages under way finish, for the grace at most. BullMQ's close never returns when the connection was just lost: what is left
   * then ends with the process.
   */
  async close(): Promise<void> {
    const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.options.graceMs);
    await Promise.race([Promise.all(this.workers.map(async (worker) => worker.close())), graceIsOver]);
    clearTimeout(timer);
  }

  private open(shard: number): QueueWorker {
    const { address, redis, room, concurrency } = this.options;
    const settings = {
      queue: roomQueue(room, shard),
      shard,
      address,
      work: async (job: Job, token: string | undefined) => this.receive(job, token),
      // A message whose process died is free again within seconds; the record makes handling it twice harmless.
      options: { concurrency, lockDuration: 10_000, stalledInterval: 5_000 },
      listen: (worker: Worker) => this.listenTo(worker),
    };
    return new QueueWorker(settings, redis);
  }

  private listenTo(worker: Worker): void {
    worker.on('failed', (job, error) => this.options.onFailure(job?.id ?? 'unknown', error));
    worker.on('error', () => undefined);
  }

  private async receive(job: Job, token: string | undefined): Promise<void> {
    await putOffNewer(job, token, (error) => this.options.onFailure(job.id ?? 'unknown', error));
    const parsed = RoomBatch.safeParse(job.data);
    // A message that cannot be read stays unreadable: retrying it would loop.
    if (!parsed.success) throw new UnrecoverableError(`not a message of this room: ${parsed.error.issues[0]?.message}`);
    await this.options.handle(parsed.data.messages);
  }
}
