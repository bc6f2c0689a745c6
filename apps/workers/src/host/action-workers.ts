import { actionQueue } from '#libs/contracts';
import { QueueWorker, putOffNewer, type BullAddress } from '#libs/queues';
import { Watchdog, type Redis, type Watched } from '#libs/redis';
import { settledWithin, tellOfStandstill, type Logger, type Round } from '#libs/telemetry';
import type { Job, Worker } from 'bullmq';
import { ActionError } from './action-error.js';
import type { AttemptRunner } from './attempt.runner.js';
import type { ServedAction } from './bullmq.transport.js';
import type { RunningAttempts } from './running-attempts.js';

export interface WorkerSettings {
  address: BullAddress;
  shards: number;
  concurrency: number;
  lockMs: number;
  shutdownGraceMs: number;
  hostName: string;
}

/** Every worker says every second that it cannot connect: 216 lines a minute of six of them. */
const sameWarningEveryMs = 30_000;
/** How long a BullMQ worker may take to write the failures of what shutdown aborted; Redis may be gone. */
const lastWordsMs = 2_000;
/** A socket that does not close is left to the end of the process. */
const farewellMs = 500;

/** One BullMQ worker per action and shard. Loss of a lock is the executor's to see: these workers never move stalled jobs. */
export class ActionWorkers {
  private workers: QueueWorker[] = [];
  private readonly watchdog: Watchdog;
  private lastWarning = { text: '', at: 0 };

  constructor(
    private readonly settings: WorkerSettings,
    private readonly redis: Redis,
    private readonly runner: AttemptRunner,
    private readonly running: RunningAttempts,
    private readonly logger: Logger,
    /** What else must go on, for an attempt to be worth anything: who hears that it was cancelled. */
    readers: () => readonly Watched[],
  ) {
    this.watchdog = new Watchdog({
      redis,
      watched: () => [...this.workers, ...readers()],
      onRecreate: (name) => tellOfStandstill(logger, name),
    });
  }

  /** Resolves with the reason when they take no work any more although it waits. */
  get broken(): Promise<string> {
    return this.watchdog.broken;
  }

  /** Resolves when every worker is connected and takes work. */
  async start(actions: readonly ServedAction[]): Promise<void> {
    const shards = Array.from({ length: this.settings.shards }, (_, shard) => shard);
    this.workers = actions.flatMap((action) => shards.map((shard) => this.createWorker(action, shard)));
    await Promise.all(this.workers.map((worker) => worker.waitUntilReady()));
    for (const worker of this.workers) worker.start();
    this.watchdog.start();
  }

  /** When each last fetched, found its queue empty, or kept its locks; a worker with every place taken only does the last. */
  get rounds(): Round[] {
    return this.workers.map(({ name, lastRoundAt }) => ({ name, lastRoundAt }));
  }

  /** Takes no more work, lets running attempts finish within the grace, then aborts them. */
  async stop(): Promise<void> {
    this.watchdog.stop();
    const closed = Promise.all(this.workers.map((worker) => worker.close()));
    if (await settledWithin(closed, this.settings.shutdownGraceMs)) return;
    this.running.abortAll(() => new ActionError('SHUTDOWN', 'the worker process is shutting down', { class: 'lost' }));
    if (await settledWithin(closed, lastWordsMs)) return;
    this.logger.warn('workers closed by force: Redis did not take their last results');
    await settledWithin(Promise.all(this.workers.map((worker) => worker.disconnect())), farewellMs);
  }

  private createWorker({ declared, call }: ServedAction, shard: number): QueueWorker {
    const { address, concurrency, lockMs, hostName } = this.settings;
    const work = async (job: Job, token: string | undefined, signal?: AbortSignal) => {
      await putOffNewer(job, token, (error) => this.logger.error({ jobId: job.id, err: error }, 'a job was put off'));
      return this.runner.run(declared, call, job, signal);
    };
    const options = { name: hostName, concurrency, lockDuration: lockMs, skipStalledCheck: true };
    const listen = (worker: Worker): void => this.listenTo(worker);
    return new QueueWorker(
      { queue: actionQueue(declared.name, shard), shard, address, work, options, listen },
      this.redis,
    );
  }

  private listenTo(worker: Worker): void {
    worker.on('lockRenewalFailed', (jobIds) => this.running.loseLocks(jobIds));
    worker.on('locksRenewed', ({ jobIds }) => this.running.renewLocks(jobIds));
    worker.on('error', (error) => this.warn(worker.name, error));
  }

  private warn(queue: string, error: Error): void {
    const { text, at } = this.lastWarning;
    if (error.message === text && performance.now() - at < sameWarningEveryMs) return;
    this.lastWarning = { text: error.message, at: performance.now() };
    this.logger.warn({ queue, err: error }, error.message);
  }
}
