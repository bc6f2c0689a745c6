import { isCluster, type Redis, type Watched } from '#libs/redis';
import type { Job, Worker, WorkerOptions } from 'bullmq';
import { bullPrefix, workerOptions, type BullAddress } from './bull-connection.js';
import { QueueKeys } from './queue-keys.js';
import { SteadyWorker } from './steady-worker.js';

/** Declares three parameters when it wants the signal: BullMQ hands it over only then. */
export type Work = (job: Job, token: string | undefined, signal?: AbortSignal) => Promise<unknown>;

export interface QueueWorkerSettings {
  queue: string;
  shard: number;
  address: BullAddress;
  work: Work;
  options: Omit<WorkerOptions, 'connection' | 'prefix'> & { concurrency: number };
  /** Hears the events of each BullMQ worker that is made. */
  listen: (worker: Worker) => void;
}

/** After an error of Redis BullMQ looks for jobs again 15 s later, by default. */
const runRetryDelay = 1_000;

/** A BullMQ worker that can be made anew when it takes no jobs any more. The one place that makes BullMQ workers. */
export class QueueWorker implements Watched {
  private worker: SteadyWorker;
  /** Workers that were replaced and may have jobs to finish. */
  private readonly former: SteadyWorker[] = [];
  private running = 0;
  private stepsBefore = 0;
  private isStarted = false;

  constructor(
    private readonly settings: QueueWorkerSettings,
    private readonly redis: Redis,
  ) {
    this.worker = this.open();
  }

  get name(): string {
    return this.settings.queue;
  }

  async waitUntilReady(): Promise<void> {
    await this.worker.waitUntilReady();
  }

  start(): void {
    this.isStarted = true;
    // It ends by closing; its errors are told to who listens.
    this.worker.run().catch((error: Error) => this.worker.emit('error', error));
  }

  /** By `performance.now()`: when Redis last gave it work, said that there is none, or kept its locks. */
  get lastRoundAt(): number {
    return this.worker.lastRoundAt;
  }

  progress(): number {
    return this.stepsBefore + this.worker.steps;
  }

  async isDue(): Promise<boolean> {
    if (!this.isStarted || this.running >= this.settings.options.concurrency) return false;
    const { address, shard, queue } = this.settings;
    return (await this.redis.llen(new QueueKeys(bullPrefix(address, shard), queue).wait())) > 0;
  }

  recreate(): void {
    const stuck = this.worker;
    // That there is a new one is no step yet.
    this.stepsBefore += stuck.steps;
    this.worker = this.open();
    this.start();
    this.former.push(stuck);
    stuck
      .close()
      .catch(() => undefined)
      .finally(() => this.former.splice(this.former.indexOf(stuck), 1));
  }

  /** Takes no more jobs; resolves when those under way are finished. */
  async close(): Promise<void> {
    await Promise.all([this.worker, ...this.former].map(async (worker) => worker.close()));
  }

  async disconnect(): Promise<void> {
    await Promise.all([this.worker, ...this.former].map(async (worker) => worker.disconnect()));
  }

  private open(): SteadyWorker {
    const { queue, shard, address, options, listen } = this.settings;
    const shared = workerOptions(address, shard);
    const worker = new SteadyWorker(queue, this.count(), { ...shared, runRetryDelay, ...options, autorun: false });
    listen(worker);
    // A client that BullMQ was given it does not close: it is the one of a cluster.
    const { connection } = shared;
    if (isCluster(connection as Redis)) worker.on('closed', () => (connection as Redis).disconnect());
    return worker;
  }

  private count(): Work {
    return async (job, token, signal) => {
      this.running += 1;
      try {
        return await this.settings.work(job, token, signal);
      } finally {
        this.running -= 1;
      }
    };
  }
}
