import { isCluster, type Redis } from '#libs/redis';
import { QueueKeys } from './queue-keys.js';

/** One entry of a worker queue's event stream that the executor acts on. */
export interface QueueReport {
  queue: string;
  entryId: string;
  event: 'active' | 'completed' | 'failed' | 'other';
  jobId: string;
  returnValue?: string;
  failedReason?: string;
}

type Entry = [id: string, fields: string[] | null];

const group = 'settle';
/** Entries a read brings in all: an outcome may have a megabyte, so twenty busy queues must not bring four hundred each. */
const batchSize = 400;
const batchPerStream = { most: 400, least: 10 };
/** On a cluster nobody can be woken: UNBLOCK would have to meet the node that holds the client. */
const blockMs = { woken: 2_000, alone: 300 };
const wakeWithinMs = 500;
/** An entry an executor took and did not acknowledge is taken over after this; settling one takes milliseconds. */
export const takeOverAfterMs = 10_000;

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.includes(code);
}

/**
 * Reads the event streams of one shard's worker queues as one member of the consumer group, so that each report wakes one executor.
 * `blocking` is a connection of its own; `redis` acknowledges and unblocks.
 */
export class OutcomeReader {
  private queues: string[] = [];
  private clientId: number | undefined;
  private isBlocked = false;

  constructor(
    private readonly blocking: Redis,
    private readonly redis: Redis,
    private readonly root: string,
    private readonly consumer: string,
  ) {
    // After a reconnect the old id means nobody, or after a restart of Redis somebody else.
    blocking.on('close', () => {
      this.clientId = undefined;
    });
  }

  /** Adds queues to the list; a reader that is blocked without them is woken at once. */
  async follow(queues: readonly string[]): Promise<void> {
    const fresh = queues.filter((queue) => !this.queues.includes(queue));
    if (fresh.length === 0) return;
    await Promise.all(fresh.map((queue) => this.createGroup(queue)));
    this.queues = [...new Set([...this.queues, ...fresh])];
    await this.wake();
  }

  /** Ends reading for good, also when Redis no longer answers: then without its leave, which takes the socket 2 s longer. */
  async stop(): Promise<void> {
    const { promise: isLate, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, wakeWithinMs);
    await Promise.race([this.wake().catch(() => undefined), isLate]);
    clearTimeout(timer);
    this.blocking.disconnect();
  }

  /** Makes the connection anew; a read under way is repeated on it. */
  reconnect(): void {
    this.blocking.disconnect(true);
  }

  /** Ends a read that is blocked. */
  async wake(): Promise<void> {
    if (this.isBlocked && this.clientId !== undefined) await this.redis.client('UNBLOCK', this.clientId);
  }

  get followed(): readonly string[] {
    return this.queues;
  }

  /** New reports, about 400 in all; empty after 2 s of silence. */
  async read(): Promise<QueueReport[]> {
    if (!isCluster(this.blocking)) this.clientId ??= await this.blocking.client('ID');
    const queues = this.queues;
    if (queues.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return [];
    }
    this.isBlocked = true;
    try {
      const streams = queues.map((queue) => this.keys(queue).events());
      const marks = queues.map(() => '>');
      const reply = await this.blocking.xreadgroup(
        'GROUP',
        group,
        this.consumer,
        'COUNT',
        Math.max(batchPerStream.least, Math.min(batchPerStream.most, Math.floor(batchSize / queues.length))),
        'BLOCK',
        this.clientId === undefined ? blockMs.alone : blockMs.woken,
        'STREAMS',
        ...streams,
        ...marks,
      );
      return (reply ?? []).flatMap(([stream, entries]) => parseEntries(queues[streams.indexOf(stream)]!, entries));
    } catch (error) {
      if (isError(error, 'UNBLOCKED')) return [];
      if (!isError(error, 'NOGROUP')) throw error;
      // A queue was obliterated or its stream deleted: read again from its beginning, for "$" would skip outcomes.
      await Promise.all(queues.map((queue) => this.createGroup(queue)));
      return [];
    } finally {
      this.isBlocked = false;
    }
  }

  /** Reports that a dead or stopped executor left behind, at most `most` a queue. */
  async takeOver(most: number): Promise<QueueReport[]> {
    const lists = await Promise.all(this.queues.map((queue) => this.takeOverFrom(queue, most)));
    return lists.flat();
  }

  async acknowledge(reports: readonly QueueReport[]): Promise<void> {
    if (reports.length === 0) return;
    const pipeline = this.redis.pipeline();
    for (const [queue, list] of Map.groupBy(reports, (report) => report.queue)) {
      pipeline.xack(this.keys(queue).events(), group, ...list.map((report) => report.entryId));
    }
    await pipeline.exec();
  }

  private async takeOverFrom(queue: string, most: number): Promise<QueueReport[]> {
    try {
      const reply = await this.redis.xautoclaim(
        this.keys(queue).events(),
        group,
        this.consumer,
        takeOverAfterMs,
        '0-0',
        'COUNT',
        most,
      );
      return parseEntries(queue, (reply as [string, Entry[]])[1]);
    } catch (error) {
      if (isError(error, 'NOGROUP')) return [];
      throw error;
    }
  }

  private async createGroup(queue: string): Promise<void> {
    try {
      await this.redis.xgroup('CREATE', this.keys(queue).events(), group, '0', 'MKSTREAM');
    } catch (error) {
      if (!isError(error, 'BUSYGROUP')) throw error;
    }
  }

  private keys(queue: string): QueueKeys {
    return new QueueKeys(this.root, queue);
  }
}

function parseEntries(queue: string, entries: readonly Entry[]): QueueReport[] {
  return entries.map(([entryId, fields]) => parseEntry(queue, entryId, fields ?? []));
}

function parseEntry(queue: string, entryId: string, fields: readonly string[]): QueueReport {
  const report: QueueReport = { queue, entryId, event: 'other', jobId: '' };
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const value = fields[at + 1]!;
    if (fields[at] === 'event' && (value === 'active' || value === 'completed' || value === 'failed'))
      report.event = value;
    else if (fields[at] === 'jobId') report.jobId = value;
    else if (fields[at] === 'returnvalue') report.returnValue = value;
    else if (fields[at] === 'failedReason') report.failedReason = value;
  }
  return report;
}
