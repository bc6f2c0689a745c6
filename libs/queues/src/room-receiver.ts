import { UnrecoverableError, type Job } from 'bullmq';
import { RoomBatch, roomQueue, type Room, type RoomMessage } from '#libs/contracts';
import { workerOptions, type BullAddress } from './bull-connection.js';
import { putOffNewer } from './put-off-newer.js';
import { SteadyWorker } from './steady-worker.js';

export interface RoomReceiverOptions {
  address: BullAddress;
  room: Room;
  shards: number;
  concurrency: number;
  graceMs: number;
  /** What it could not act on it throws for: the whole batch comes again, so acting twice must be harmless. */
  handle: (messages: readonly RoomMessage[]) => Promise<void>;
  /** Called when a message could not be acted on; the record still holds the order and a sweeper repeats it. */
  onFailure: (message: string, error: Error) => void;
}

/** Takes a room's messages on every shard, parses them, and calls the room. The one wrapper around a BullMQ worker of a room. */
export class RoomReceiver {
  private readonly workers: SteadyWorker[];

  constructor(private readonly options: RoomReceiverOptions) {
    this.workers = Array.from({ length: options.shards }, (_, shard) => this.open(shard));
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

  private open(shard: number): SteadyWorker {
    const { address, room, concurrency } = this.options;
    const worker = new SteadyWorker(roomQueue(room, shard), async (job, token) => this.receive(job, token), {
      ...workerOptions(address, shard),
      concurrency,
      // A message whose process died is free again within seconds; the record makes handling it twice harmless.
      lockDuration: 10_000,
      stalledInterval: 5_000,
    });
    worker.on('failed', (job, error) => this.options.onFailure(job?.id ?? 'unknown', error));
    worker.on('error', () => undefined);
    return worker;
  }

  private async receive(job: Job, token: string | undefined): Promise<void> {
    await putOffNewer(job, token, (error) => this.options.onFailure(job.id ?? 'unknown', error));
    const parsed = RoomBatch.safeParse(job.data);
    // A message that cannot be read stays unreadable: retrying it would loop.
    if (!parsed.success) throw new UnrecoverableError(`not a message of this room: ${parsed.error.issues[0]?.message}`);
    await this.options.handle(parsed.data.messages);
  }
}
