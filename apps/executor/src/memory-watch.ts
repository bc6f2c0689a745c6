import { isOutOfMemory } from '#libs/queues';
import type { Logger } from '#libs/telemetry';

/**
 * Whether Redis is at its `maxmemory`, as the last write found it. Then outcomes are settled as ever, but no job can be sent and no worker
 * can renew its lock: what would need that is left on record, and nobody is called lost.
 */
export class MemoryWatch {
  private full = false;

  constructor(private readonly logger: Logger) {}

  get isFull(): boolean {
    return this.full;
  }

  /** True when the error says so; it is told once, not for each write. */
  heed(error: unknown): boolean {
    if (!isOutOfMemory(error)) return false;
    if (!this.full)
      this.logger.error('Redis is at its maxmemory: outcomes are settled, nothing more is sent until it has room');
    this.full = true;
    return true;
  }

  /** A write went through that needs memory. */
  wasWritten(): void {
    if (this.full) this.logger.warn('Redis takes writes again; what was left is sent');
    this.full = false;
  }
}
