import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';

/** What the executor tells everybody on a shard: stop working on this attempt. */
export interface AbortSignalMessage {
  type: 'abort';
  jobId: string;
  reason: string;
}

/** Reads the control streams of some shards without a group, from now on: every reader sees every message. */
export class ControlStreamReader {
  private stopped = false;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly shard: number,
    private readonly onMessage: (message: AbortSignalMessage) => void,
  ) {}

  start(): void {
    this.loop = this.run();
  }

  /** Ends the loop; the connection belongs to the reader and is closed with it. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.redis.disconnect();
    await this.loop;
  }

  private async run(): Promise<void> {
    let cursor = '$';
    while (!this.stopped) {
      try {
        const reply = await this.redis.xread(
          'COUNT',
          100,
          'BLOCK',
          2_000,
          'STREAMS',
          this.keys.control(this.shard),
          cursor,
        );
        for (const [, entries] of reply ?? []) {
          for (const [id, fields] of entries) {
            cursor = id;
            this.deliver(fields);
          }
        }
        // "$" would skip what arrives between two reads: pin the position at the first quiet moment.
        if (cursor === '$') cursor = await this.lastId();
      } catch {
        if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  private async lastId(): Promise<string> {
    const last = await this.redis.xrevrange(this.keys.control(this.shard), '+', '-', 'COUNT', 1);
    return last[0]?.[0] ?? '0-0';
  }

  private deliver(fields: string[]): void {
    const entry = Object.fromEntries(
      fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : [])),
    ) as Record<string, string>;
    if (entry['type'] === 'abort' && entry['jobId'] !== undefined) {
      this.onMessage({ type: 'abort', jobId: entry['jobId'], reason: entry['reason'] ?? '' });
    }
  }
}
