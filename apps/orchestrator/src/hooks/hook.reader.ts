import { hostname } from 'node:os';
import { answersFor, type Redis, type Watched } from '#libs/redis';
import type { EventPointer, HookMarks, Keys, Positions, RecorderLease, ShardEvents } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import type { HookFiler } from './hook.filer.js';

const standByMs = 2_000;
const afterErrorMs = 1_000;
/** Shorter than the lease may go without being renewed. */
const blockMs = 2_000;
const atOnce = 500;
/** After a round that found few: fuller rounds, and at most 20 a second. */
const lingerMs = 50;

export interface HookReaderParts {
  redis: Redis;
  /** Only for the read that waits; ended with the reader. */
  blocking: Redis;
  keys: Keys;
  shards: number;
  events: ShardEvents;
  marks: HookMarks;
  lease: RecorderLease;
  filer: HookFiler;
  logger: Logger;
}

/** Follows the shards' events for all webhooks, one process an installation at a time; whoever comes next goes on from the marks. */
export class HookReader implements Watched {
  readonly name = 'event streams for webhooks';
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;
  private isReading = false;
  /** After every reconnection: Redis may have come back as an older one. */
  private mustLook = true;
  private reads = 0;
  private sleep = Promise.withResolvers<void>();

  constructor(private readonly parts: HookReaderParts) {
    parts.blocking.on('error', () => undefined);
    parts.blocking.on('ready', () => (this.mustLook = true));
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    this.sleep.resolve();
    this.parts.blocking.disconnect();
    await this.running;
  }

  progress(): number {
    return this.reads;
  }

  async isDue(): Promise<boolean> {
    const { redis, keys, shards } = this.parts;
    if (!this.isReading || this.isStopping) return false;
    return answersFor(
      redis,
      Array.from({ length: shards }, (_, shard) => keys.shardEvents(shard)),
    );
  }

  recreate(): void {
    this.parts.blocking.disconnect(true);
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        if (await this.parts.lease.take({ host: hostname(), pid: process.pid })) await this.rest(standByMs);
        else await this.takeTurn();
      } catch (error) {
        if (this.isStopping) return;
        this.parts.logger.warn({ err: error }, 'reading events for webhooks stopped; it goes on from the same place');
        await this.rest(afterErrorMs);
      }
    }
  }

  private async takeTurn(): Promise<void> {
    this.isReading = true;
    this.mustLook = true;
    try {
      let positions: Positions = new Map();
      while (!this.isStopping) {
        if (this.mustLook) positions = await this.lookWhereWeStand();
        const pointers = await this.parts.events.pointers(this.parts.blocking, positions, { count: atOnce, blockMs });
        this.reads += 1;
        if (!(await this.parts.lease.isOurs())) return;
        if (this.mustLook || pointers.length === 0) continue;
        await this.take(pointers, positions);
        if (pointers.length < atOnce) await this.rest(lingerMs);
      }
    } finally {
      this.isReading = false;
      await this.parts.lease.release();
    }
  }

  /** The jobs first: a mark that is not written yet only makes the same jobs again. */
  private async take(pointers: readonly EventPointer[], positions: Positions): Promise<void> {
    await this.parts.filer.file(pointers);
    const moved: Positions = new Map(pointers.map(({ shard, streamId }) => [shard, streamId]));
    await this.parts.marks.publish(moved);
    for (const [shard, place] of moved) positions.set(shard, place);
  }

  private async lookWhereWeStand(): Promise<Positions> {
    this.mustLook = false;
    const { positions, cut } = await this.parts.marks.positions(this.parts.shards);
    if (cut.length > 0)
      this.parts.logger.warn({ shards: cut }, 'events were removed that may not have been filed for webhooks');
    return positions;
  }

  private async rest(ms: number): Promise<void> {
    this.sleep = Promise.withResolvers();
    const timer = setTimeout(this.sleep.resolve, ms);
    if (this.isStopping) this.sleep.resolve();
    await this.sleep.promise;
    clearTimeout(timer);
  }
}
