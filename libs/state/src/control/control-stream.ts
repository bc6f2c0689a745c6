import { newerVersionOf } from '#libs/contracts';
import { answersFor, type Redis, type Watched } from '#libs/redis';
import type { Keys } from '../keys.js';

/** What the executor tells everybody on a shard: stop working on this attempt. */
export interface AbortSignalMessage {
  type: 'abort';
  jobId: string;
  reason: string;
}

const afterErrorMs = 200;

/** Reads the control streams of some shards without a group, from now on: every reader sees every message. */
export class ControlStreamReader implements Watched {
  private stopped = false;
  private reads = 0;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly redis: Redis,
    /** By which it is known that the shard answers. */
    private readonly probe: Redis,
    private readonly keys: Keys,
    private readonly shard: number,
    private readonly onMessage: (message: AbortSignalMessage) => void,
    /** A message of a newer release: it stays in the stream, for those who know it. */
    private readonly onNewer: (version: number) => void,
  ) {}

  get name(): string {
    return `control stream of shard ${this.shard}`;
  }

  start(): void {
    this.loop = this.run();
  }

  progress(): number {
    return this.reads;
  }

  /** A read ends within 2 s, with or without a message. */
  async isDue(): Promise<boolean> {
    return !this.stopped && answersFor(this.probe, [this.keys.control(this.shard)]);
  }

  recreate(): void {
    this.redis.disconnect(true);
  }

  /** Ends the loop; the connection belongs to the reader and is closed with it. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.redis.disconnect();
    await this.loop;
  }

  private async run(): Promise<void> {
    let cursor: string | undefined;
    while (!this.stopped) {
      try {
        // A position of its own from the start: "$" would skip what arrives between two reads.
        cursor ??= await this.lastId();
        cursor = await this.readFrom(cursor);
        this.reads += 1;
      } catch {
        if (!this.stopped) await new Promise((resolve) => setTimeout(resolve, afterErrorMs));
      }
    }
  }

  /** Delivers what came after `cursor` and answers the new position; after 2 s of silence the old one. */
  private async readFrom(cursor: string): Promise<string> {
    const stream = this.keys.control(this.shard);
    const reply = await this.redis.xread('COUNT', 100, 'BLOCK', 2_000, 'STREAMS', stream, cursor);
    const entries = reply?.[0]?.[1] ?? [];
    for (const [, fields] of entries) this.deliver(fields);
    return entries.at(-1)?.[0] ?? cursor;
  }

  private async lastId(): Promise<string> {
    const last = await this.redis.xrevrange(this.keys.control(this.shard), '+', '-', 'COUNT', 1);
    return last[0]?.[0] ?? '0-0';
  }

  private deliver(fields: string[]): void {
    const entry = Object.fromEntries(
      fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]]] : [])),
    ) as Record<string, string>;
    const newer = newerVersionOf(entry);
    if (newer !== undefined) return this.onNewer(newer);
    if (entry['type'] === 'abort' && entry['jobId'] !== undefined) {
      this.onMessage({ type: 'abort', jobId: entry['jobId'], reason: entry['reason'] ?? '' });
    }
  }
}
