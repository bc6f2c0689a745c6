import { actionOfQueue, type QueueView } from '#libs/contracts';
import { QueueKeeper } from '#libs/queues';
import type { Redis } from '#libs/redis';
import type { Keys, QueueReader, RecordedQueue } from '#libs/state';

/** A look asks Redis six questions a queue, in up to 1,024 shards: who asks within this time gets the same answer. */
const freshMs = 250;

/** Looks at the worker queues of all shards: the record's side of each, and BullMQ's. Changes nothing. */
export class QueueInspector {
  private last: { at: number; views: Promise<QueueView[]> } | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly reader: QueueReader,
    private readonly shards: number,
  ) {}

  /** Only queues that have had work, by name. At most a quarter of a second old. */
  async list(): Promise<QueueView[]> {
    if (!this.last || performance.now() - this.last.at > freshMs) {
      this.last = { at: performance.now(), views: this.look() };
    }
    return this.last.views;
  }

  private async look(): Promise<QueueView[]> {
    const byShard = await Promise.all(Array.from({ length: this.shards }, async (_, shard) => this.ofShard(shard)));
    return byShard.flat().toSorted((left, right) => (left.queue < right.queue ? -1 : 1));
  }

  private async ofShard(shard: number): Promise<QueueView[]> {
    const keeper = new QueueKeeper(this.redis, this.keys.root(shard));
    const lines = await this.reader.lines(shard);
    return Promise.all(lines.map(async (line) => this.view(shard, line, keeper)));
  }

  private async view(shard: number, line: RecordedQueue, keeper: QueueKeeper): Promise<QueueView> {
    const { queue, ready, inFlight, window, nextSinceMs } = line;
    const [{ waiting }, jobSinceMs] = await Promise.all([keeper.load(queue), keeper.oldestWaitingSince(queue)]);
    const since = [nextSinceMs, jobSinceMs].filter((ms) => ms !== undefined);
    return {
      queue,
      action: actionOfQueue(queue) ?? queue,
      shard,
      depth: ready + inFlight,
      ready,
      inFlight,
      waitingJobs: waiting,
      window: window ?? null,
      oldestWaitMs: since.length === 0 ? null : Math.max(0, Date.now() - Math.min(...since)),
    };
  }
}
