import type { Redis, Watched } from '#libs/redis';
import type { EventPointer } from './event-pointer.js';
import type { ShardEvents } from './shard-events.js';
import type { ShardStreams } from './shard-streams.js';
import type { StreamCursor } from './stream-cursor.js';

const atOnce = 500;
const blockMs = 5_000;
const afterErrorMs = 200;

export interface PointerReaderParts {
  /** A connection of its own, ended with the reader. */
  redis: Redis;
  streams: ShardStreams;
  events: ShardEvents;
  /** Moves `cursor` along as it hands them on; what it throws is read again from there. */
  deliver: (pointers: EventPointer[], cursor: StreamCursor) => Promise<void>;
  /** Entries were removed that were never read, while Redis was away for long. */
  onLost: () => void;
}

/** One blocking read over the event streams of all shards, from now on, until it is stopped. */
export class PointerReader implements Watched {
  readonly name = 'event streams';
  cursor: StreamCursor | undefined;
  /** Resolves when the reader has a place: what is written from then on is delivered. Rejects when it is stopped before. */
  readonly ready: Promise<StreamCursor>;
  private readonly placed = Promise.withResolvers<StreamCursor>();
  private readonly loop: Promise<void>;
  private isStopped = false;
  private connections = 0;
  private reads = 0;

  constructor(private readonly parts: PointerReaderParts) {
    this.ready = this.placed.promise;
    this.ready.catch(() => undefined);
    parts.redis.on('ready', () => (this.connections += 1));
    parts.redis.on('error', () => undefined);
    this.loop = this.run();
  }

  progress(): number {
    return this.reads;
  }

  /** A read ends within 5 s, with or without an event. */
  async isDue(): Promise<boolean> {
    return !this.isStopped && this.parts.streams.doAnswer();
  }

  recreate(): void {
    this.parts.redis.disconnect(true);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.placed.reject(new Error('the reader of events was stopped'));
    this.parts.redis.disconnect();
    await this.loop;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      try {
        // A place of its own from the start: "$" would skip what arrives between two reads.
        this.cursor ??= await this.parts.streams.now();
        this.placed.resolve(this.cursor);
        await this.read(this.cursor);
      } catch {
        if (!this.isStopped) await new Promise((resolve) => setTimeout(resolve, afterErrorMs));
      }
    }
  }

  private async read(cursor: StreamCursor): Promise<void> {
    const { redis, events, deliver } = this.parts;
    const before = this.connections;
    const pointers = await events.pointers(redis, new Map(cursor.positions.entries()), { count: atOnce, blockMs });
    this.reads += 1;
    if (this.isStopped) return;
    if (this.connections !== before) await this.checkPlace(cursor);
    if (pointers.length > 0) await deliver(pointers, cursor);
  }

  /** After a new connection; an old one cannot have been away longer than its socket lived. */
  private async checkPlace(cursor: StreamCursor): Promise<void> {
    try {
      await this.parts.streams.check(cursor);
    } catch (error) {
      if ((error as { code?: string }).code !== 'POSITION_GONE') throw error;
      cursor.moveUpTo(await this.parts.streams.now());
      this.parts.onLost();
    }
  }
}
