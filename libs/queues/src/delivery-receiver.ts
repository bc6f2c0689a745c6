import { UnrecoverableError, type Job, type Worker } from 'bullmq';
import { DeliveryMessage, deliveryQueue } from '#libs/contracts';
import type { Redis, Watched } from '#libs/redis';
import type { BullAddress } from './bull-connection.js';
import { putOffNewer } from './put-off-newer.js';
import { QueueWorker } from './queue-worker.js';

/** Deliveries under way at once in a process; a receiver may take seconds over each. */
const concurrency = 50;

/** Which try of a delivery this is. */
export interface DeliveryTurn {
  /** From 1 on. */
  number: number;
  isLast: boolean;
}

export interface DeliveryReceiverOptions {
  address: BullAddress;
  /** By which it looks whether deliveries wait that nobody takes. */
  redis: Redis;
  graceMs: number;
  /** How long after the failed try with this number the next one comes. */
  delayMs: (number: number) => number;
  /** Throws when it is to be tried again. */
  deliver: (message: DeliveryMessage, turn: DeliveryTurn) => Promise<void>;
}

/** Takes deliveries to webhooks from their queue, and lets BullMQ bring back those that failed. */
export class DeliveryReceiver {
  private readonly worker: QueueWorker;

  constructor(private readonly options: DeliveryReceiverOptions) {
    const { address, redis, delayMs } = options;
    this.worker = new QueueWorker(
      {
        queue: deliveryQueue,
        shard: 0,
        address,
        work: async (job: Job, token: string | undefined) => this.receive(job, token),
        options: {
          concurrency,
          lockDuration: 10_000,
          stalledInterval: 5_000,
          // Of however many processes die over it, none makes it less due.
          maxStalledCount: 1_000,
          settings: { backoffStrategy: delayMs },
        },
        listen: (worker: Worker) => void worker.on('error', () => undefined),
      },
      redis,
    );
    this.worker.start();
  }

  get watched(): readonly Watched[] {
    return [this.worker];
  }

  /** Lets deliveries under way finish, for the grace at most; what is left then is taken by another process. */
  async close(): Promise<void> {
    const { promise: graceIsOver, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.options.graceMs);
    await Promise.race([this.worker.close(), graceIsOver]);
    clearTimeout(timer);
  }

  private async receive(job: Job, token: string | undefined): Promise<void> {
    await putOffNewer(job, token, () => undefined);
    const parsed = DeliveryMessage.safeParse(job.data);
    if (!parsed.success) throw new UnrecoverableError(`not a delivery: ${parsed.error.issues[0]?.message}`);
    const number = job.attemptsMade + 1;
    await this.options.deliver(parsed.data, { number, isLast: number >= (job.opts.attempts ?? 1) });
  }
}
