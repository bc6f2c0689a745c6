import { actionOfQueue, type QueueView, type QueueWorkers } from '#libs/contracts';
import { QueueKeys, connectedWorkers, type ConnectedWorker } from '#libs/queues';
import type { Redis } from '#libs/redis';
import type { Keys } from '#libs/state';
import type { QueueInspector } from './queue.inspector.js';

/** Redis walks all its connections for it: who asks within this time gets the same answer. */
const freshMs = 1_000;
/** How far back the last claim is looked for: entries of the queue's own events. */
const lookedThrough = 100;

interface Place {
  queue: string;
  shard: number;
  action: string;
}

/** Which workers are connected, of which queue, and what they are at. Changes nothing. */
export class WorkerInspector {
  private last: { at: number; views: Promise<QueueWorkers[]> } | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly queues: QueueInspector,
    private readonly shards: number,
  ) {}

  /** Queues that have workers, or have had work, by name. At most a second old. */
  async list(): Promise<QueueWorkers[]> {
    if (!this.last || performance.now() - this.last.at > freshMs)
      this.last = { at: performance.now(), views: this.look() };
    return this.last.views;
  }

  private async look(): Promise<QueueWorkers[]> {
    const [connected, lines] = await Promise.all([connectedWorkers(this.redis), this.queues.list()]);
    const shardOf = new Map(Array.from({ length: this.shards }, (_, shard) => [this.keys.root(shard), shard]));
    const serving = connected.flatMap((worker) => {
      const [shard, action] = [shardOf.get(worker.root), actionOfQueue(worker.queue)];
      return shard === undefined || action === undefined
        ? []
        : [{ worker, place: { queue: worker.queue, shard, action } }];
    });
    const places = new Map<string, Place>(
      [...lines, ...serving.map(({ place }) => place)].map((each) => [each.queue, each]),
    );
    const views = [...places.values()].map(async (place) => {
      const own = serving.filter(({ place: { queue } }) => queue === place.queue).map(({ worker }) => worker);
      return this.view(
        place,
        own,
        lines.find(({ queue }) => queue === place.queue),
      );
    });
    return (await Promise.all(views)).toSorted((left, right) => (left.queue < right.queue ? -1 : 1));
  }

  private async view(
    { queue, shard, action }: Place,
    workers: readonly ConnectedWorker[],
    line: QueueView | undefined,
  ): Promise<QueueWorkers> {
    const { inFlight = 0, waitingJobs = 0 } = line ?? {};
    return {
      queue,
      action,
      shard,
      workers: workers.map(({ name, connectedMs }) => ({ name, connectedMs })),
      claimed: Math.max(0, inFlight - waitingJobs),
      waitingJobs,
      lastClaimAt: await this.lastClaim(queue, shard),
    };
  }

  private async lastClaim(queue: string, shard: number): Promise<string | null> {
    const key = new QueueKeys(this.keys.root(shard), queue).events();
    const entries = await this.redis.xrevrange(key, '+', '-', 'COUNT', lookedThrough);
    const claim = entries.find(([, fields]) => fields[fields.indexOf('event') + 1] === 'active');
    return claim ? new Date(Number(claim[0].split('-')[0])).toISOString() : null;
  }
}
