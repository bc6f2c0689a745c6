import { isOutOfMemory } from '#libs/queues';
import type { Logger } from '#libs/telemetry';

/** A second's beat renews it; where none is written it is found out anew by what fails next. */
const lapsesAfterMs = 3_000;

/**
 * Whether a shard's Redis is at its `maxmemory`, as the last write found it; on a cluster the shards are on several. Then outcomes are
 * settled as ever, but no job can be sent and no worker can renew its lock: what would need that is left on record, and nobody is called lost.
 */
export class MemoryWatch {
  private readonly fullAt = new Map<number, number>();

  constructor(private readonly logger: Logger) {}

  isFull(shard: number): boolean {
    const fullAt = this.fullAt.get(shard);
    return fullAt !== undefined && performance.now() - fullAt < lapsesAfterMs;
  }

  /** True when the error says so; it is told once, not for each write. */
  heed(shard: number, error: unknown): boolean {
    if (!isOutOfMemory(error)) return false;
    if (!this.fullAt.has(shard))
      this.logger.error(
        { shard },
        'Redis is at its maxmemory: outcomes are settled, nothing more is sent until it has room',
      );
    this.fullAt.set(shard, performance.now());
    return true;
  }

  /** A write went through that needs memory. */
  wasWritten(shard: number): void {
    if (this.fullAt.delete(shard)) this.logger.warn({ shard }, 'Redis takes writes again; what was left is sent');
  }
}
