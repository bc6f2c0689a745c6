import { isCluster, type Redis } from '#libs/redis';
import { Gatherer } from '#libs/policy';

export interface ReplicationOptions {
  /** Replicas that must have a write before it is answered; 0: none, and nothing is asked. */
  replicas: number;
  /** Roots of the shards: on a cluster each may be on another master. */
  roots: readonly string[];
}

const withinMs = 1_000;
const keptMs = 60_000;

/**
 * Whether what was written before is on the replicas too, so that a failover cannot take it back. It asks on the connection that wrote, and
 * only as long as that is the same one: another may lead to a new master already, whose replica has it all and never had our write.
 * Replication is in order, so a mark written now tells of everything before it.
 */
export class Replication {
  private connections = 0;
  private readonly asking = new Map<string, Gatherer<undefined, boolean>>();

  constructor(
    private readonly redis: Redis,
    private readonly options: ReplicationOptions,
  ) {
    const events = isCluster(redis) ? ['+node', '-node', 'ready', 'close'] : ['ready', 'close'];
    for (const event of events) redis.on(event, () => (this.connections += 1));
  }

  /** Whether anything waits for replicas at all. */
  get isAsked(): boolean {
    return this.options.replicas > 0;
  }

  /** To be taken before the write that `confirm` is to be asked about. */
  get connection(): number {
    return this.connections;
  }

  /** Of one shard, or of all. False when too few replicas have it within a second, or when the connection is not the one of the write. */
  async confirm(connection: number, root?: string): Promise<boolean> {
    if (this.options.replicas === 0) return true;
    const confirmed = await Promise.all((root ? [root] : this.options.roots).map(async (each) => this.ask(each)));
    return confirmed.every(Boolean) && connection === this.connections;
  }

  private async ask(root: string): Promise<boolean> {
    const known = this.asking.get(root) ?? new Gatherer(async (all) => this.askOnce(root, all.length), { most: 1_000 });
    this.asking.set(root, known);
    return known.add(undefined);
  }

  private async askOnce(root: string, times: number): Promise<boolean[]> {
    const pipeline = this.redis.pipeline().set(`${root}:replicated`, '1', 'PX', keptMs);
    const replies = await pipeline.wait(this.options.replicas, withinMs).exec();
    const [error, count] = replies?.[1] ?? [null, 0];
    if (error) throw error;
    return Array.from({ length: times }, () => Number(count) >= this.options.replicas);
  }
}
