import { duplicateOf, type Redis } from '#libs/redis';
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
 * Whether what was written before is on the replicas too, so that a failover cannot take it back. On a connection of its own, for WAIT holds
 * up what comes behind it; replication is in order, so a mark written now tells of everything before it, whoever wrote it.
 */
export class Replication {
  private connection: Redis | undefined;
  private readonly asking = new Map<string, Gatherer<undefined, boolean>>();

  constructor(
    private readonly redis: Redis,
    private readonly options: ReplicationOptions,
  ) {}

  /** Of one shard, or of all. False when too few replicas have it within a second. */
  async confirm(root?: string): Promise<boolean> {
    if (this.options.replicas === 0) return true;
    const confirmed = await Promise.all((root ? [root] : this.options.roots).map(async (each) => this.ask(each)));
    return confirmed.every(Boolean);
  }

  close(): void {
    this.connection?.disconnect();
  }

  private async ask(root: string): Promise<boolean> {
    const known = this.asking.get(root) ?? new Gatherer(async (all) => this.askOnce(root, all.length), { most: 1_000 });
    this.asking.set(root, known);
    return known.add(undefined);
  }

  private async askOnce(root: string, times: number): Promise<boolean[]> {
    this.connection ??= duplicateOf(this.redis).on('error', () => undefined);
    const pipeline = this.connection.pipeline().set(`${root}:replicated`, '1', 'PX', keptMs);
    const replies = await pipeline.wait(this.options.replicas, withinMs).exec();
    const [error, count] = replies?.[1] ?? [null, 0];
    if (error) throw error;
    return Array.from({ length: times }, () => Number(count) >= this.options.replicas);
  }
}
