import { CocError, actionQueue, roomQueue, rooms } from '#libs/contracts';
import { decideShedding, type MemoryUse, type QueueLoad, type Reading, type ShedLimits } from '#libs/policy';
import { QueueKeeper } from '#libs/queues';
import type { Redis } from '#libs/redis';
import type { Keys, PressureReader } from '#libs/state';

const pollMs = 1_000;
/** A shard that nobody submitted to for so long is not looked at any more. */
const wantedForMs = 60_000;

const outboxName = 'outbox';

interface Stamped<T> {
  value: T;
  readAt: number;
}

interface ShardWatch {
  wantedUntil: number;
  queues?: Stamped<QueueLoad[]>;
}

/**
 * Says whether a new directive is let in, from figures that one poll a second brings. Asking waits for nothing: the first directive of a
 * shard is let in by the memory alone.
 */
export class PressureWatch {
  private memory: Stamped<readonly MemoryUse[]> | undefined;
  private readonly shards = new Map<number, ShardWatch>();
  private timer: NodeJS.Timeout | undefined;
  private isPolling = false;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly reader: PressureReader,
    private readonly limits: ShedLimits,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.poll(), pollMs).unref();
    void this.poll();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /**
   * What stands against a new directive of the shard: MEMORY_SHORT, QUEUE_TOO_LONG or QUEUE_OVERDUE. Of an explicit list of `actions` their own queues
   * count, of a workflow or an intent all of the shard, for nobody knows yet which it will use.
   */
  refusal(shard: number, actions: readonly string[] | undefined): CocError | undefined {
    const watch = this.shards.get(shard) ?? { wantedUntil: 0 };
    watch.wantedUntil = performance.now() + wantedForMs;
    this.shards.set(shard, watch);
    const names = actions && new Set(actions.map((action) => actionQueue(action, shard)));
    const queues = watch.queues && {
      ...watch.queues,
      value: watch.queues.value.filter(({ queue }) => !names || names.has(queue) || !isWorkerQueue(queue)),
    };
    const shedding = decideShedding(readingOf(this.memory), readingOf(queues), this.limits);
    return shedding && new CocError(shedding.code, shedding.detail, [], { retryAfterMs: shedding.retryAfterS * 1_000 });
  }

  /** Never throws, and never twice at once: a Redis that is away is asked once and waited for. */
  private async poll(): Promise<void> {
    if (this.isPolling) return;
    this.isPolling = true;
    try {
      const value = await this.reader.memory();
      this.memory = { value, readAt: performance.now() };
      await Promise.all([...this.shards].map(async ([shard, watch]) => this.look(shard, watch)));
    } catch {
      // What was read last grows old, and then counts for nothing.
    } finally {
      this.isPolling = false;
    }
  }

  private async look(shard: number, watch: ShardWatch): Promise<void> {
    if (watch.wantedUntil < performance.now()) {
      this.shards.delete(shard);
      return;
    }
    const [depths, dueMessages] = await Promise.all([this.reader.queues(shard), this.reader.dueMessages(shard)]);
    const all = [...depths, { queue: outboxName, depth: dueMessages }, ...this.roomsOf(shard)];
    const keeper = new QueueKeeper(this.redis, this.keys.root(shard));
    const value = await Promise.all(
      all.map(async (load) => ({ ...load, oldestMs: await this.oldestMs(keeper, load.queue) })),
    );
    watch.queues = { value, readAt: performance.now() };
  }

  /** Only their age: how many messages are due, the outbox tells. */
  private roomsOf(shard: number): { queue: string; depth: number }[] {
    return this.limits.maxAgeMs === 0 ? [] : rooms.map((room) => ({ queue: roomQueue(room, shard), depth: 0 }));
  }

  private async oldestMs(keeper: QueueKeeper, queue: string): Promise<number> {
    if (this.limits.maxAgeMs === 0 || queue === outboxName) return 0;
    const since = await keeper.oldestWaitingSince(queue);
    return since === undefined ? 0 : Math.max(0, Date.now() - since);
  }
}

/** Redis itself said so, before the poll did. */
export function memoryFull(): CocError {
  return new CocError('MEMORY_SHORT', 'Redis is at its maxmemory; nothing was done', [], { retryAfterMs: 10_000 });
}

/** The rooms' own lines hold up every directive. */
function isWorkerQueue(queue: string): boolean {
  return queue !== outboxName && !queue.startsWith('orchestrator.');
}

function readingOf<T>(stamped: Stamped<T> | undefined): Reading<T> {
  return stamped && { value: stamped.value, ageMs: performance.now() - stamped.readAt };
}
