import { Worker, type Job, type Processor, type WorkerOptions } from 'bullmq';
import { faultOf, type Redis } from '#libs/redis';
import { isOutOfMemory } from './out-of-memory.js';

/** BullMQ asks again at once, whatever Redis refused it for: 10,000 calls a second of a worker with a free place (seen on 6.7.0). */
const restMs = 500;

/** SET needs memory and PEXPIRE does not. */
const keepLock = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`;

/**
 * A BullMQ worker that outlives a Redis at its `maxmemory`: it keeps the locks of what it runs, rests between two refusals, and says when it
 * last got an answer.
 */
export class SteadyWorker extends Worker {
  /** By `performance.now()`: when Redis last gave it work, said that there is none, or kept its locks. */
  lastRoundAt = performance.now();
  /** Answers to its asking for work, a refusal too, and jobs that ended. The locks it renews are on another connection and say nothing of that. */
  steps = 0;

  constructor(name: string, work: Processor, options: WorkerOptions) {
    super(name, work, options);
    // Under load BullMQ takes the next job with the end of the one before, and asks for none.
    this.on('completed', () => this.stepped()).on('failed', () => this.stepped());
  }

  override async extendJobLocks(jobIds: string[], tokens: string[], durationMs: number): Promise<string[]> {
    const lost = await super.extendJobLocks(jobIds, tokens, durationMs).catch(async (error: unknown) => {
      if (!isOutOfMemory(error)) throw error;
      return this.keepLocks(jobIds, tokens, durationMs);
    });
    this.lastRoundAt = performance.now();
    return lost;
  }

  protected override async moveToActive(token: string, name?: string): Promise<Job> {
    try {
      const job = await super.moveToActive(token, name);
      this.stepped();
      return job;
    } catch (error) {
      const fault = faultOf(error);
      if (fault === undefined || fault === 'unknown') throw error;
      this.steps += 1;
      await new Promise((resolve) => setTimeout(resolve, restMs));
      throw error;
    }
  }

  private stepped(): void {
    this.steps += 1;
    this.lastRoundAt = performance.now();
  }

  /** Answers those whose lock was lost before. */
  private async keepLocks(jobIds: string[], tokens: string[], durationMs: number): Promise<string[]> {
    // BullMQ's own interface has no EVAL; what it wraps has.
    const client = (await this.getBackend().client) as unknown as Redis;
    const kept = await Promise.all(
      jobIds.map(async (jobId, at) => client.eval(keepLock, 1, this.toKey(`${jobId}:lock`), tokens[at]!, durationMs)),
    );
    return jobIds.filter((_, at) => kept[at] !== 1);
  }
}
