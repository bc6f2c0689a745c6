import { randomUUID } from 'node:crypto';
import type { Positions, ReadEvent } from '#libs/state';
import type { RecorderContext } from './recorder.context.js';
import { openAudit } from './seal/open-audit.js';
import { TraceFile } from './trace/trace-file.js';
import { eventLine, noteLine } from './trace/trace-line.js';
import type { Turn } from './turn/recorder-turn.js';

/** Pointers a round takes, about: 8,000 lines are 2.4 MB and one write. A shard has its share, from 50 to 2,000 of them. */
const batchSize = { all: 8_000, most: 2_000, least: 50 };
const blockMs = 5_000;
/** A pause after a round in which no shard had its share: at most 20 writes and syncs a second, and fuller ones. */
const lingerMs = 50;
const drainWithinMs = 2_000;

/** One open trace file, one turn: reads, writes and publishes until it is told to finish or something fails. */
export class RecordingSession {
  private finishBy = Infinity;
  private sleep = Promise.withResolvers<void>();
  /** Also after every reconnection: Redis may have come back as an older one. */
  private mustLook = true;
  private readonly onReady = (): void => {
    this.mustLook = true;
  };

  private constructor(
    private readonly context: RecorderContext,
    private readonly turn: Turn,
    private readonly trace: TraceFile,
    private readonly on: { read: () => void; round: () => void },
  ) {
    context.blocking.on('ready', this.onReady);
  }

  static async open(
    context: RecorderContext,
    turn: Turn,
    on: { read: () => void; round: () => void },
  ): Promise<RecordingSession> {
    const shards = Array.from({ length: context.env.shards }, (_, shard) => shard);
    const owner = {
      installation: await installationOf(context),
      shards,
      published: await context.marks.published(shards),
    };
    const audit = await openAudit(context.env, context.folder.dir);
    const trace = await TraceFile.open(context.folder, owner, context.env.trace, audit, context.logger);
    context.logger.info({ file: context.folder.current, shards: shards.length }, 'recording');
    return new RecordingSession(context, turn, trace, on);
  }

  /** Takes what is there, two seconds at most, and ends. */
  finish(): void {
    this.finishBy = performance.now() + drainWithinMs;
    this.sleep.resolve();
  }

  async close(): Promise<void> {
    this.context.blocking.off('ready', this.onReady);
    await this.trace.close();
  }

  async run(): Promise<void> {
    for (;;) {
      if (this.mustLook) await this.lookWhereWeStand();
      const batch = await this.read();
      await this.assureTurn();
      // What was read across a reconnection may follow on a hole.
      if (this.mustLook) continue;
      if (batch.length > 0) await this.write(batch);
      this.on.round();
      if (this.isFinishing && (batch.length === 0 || performance.now() > this.finishBy)) return;
      if (batch.length > 0 && batch.length < this.share && !this.isFinishing) await this.linger();
    }
  }

  private get isFinishing(): boolean {
    return this.finishBy < Infinity;
  }

  private get share(): number {
    const share = Math.floor(batchSize.all / this.trace.positions.size);
    return Math.max(batchSize.least, Math.min(batchSize.most, share));
  }

  private async read(): Promise<ReadEvent[]> {
    const { events, blocking, redis } = this.context;
    const { positions } = this.trace;
    const count = this.share;
    const wait = async () => events.pointers(blocking, positions, { count, blockMs });
    const ask = async () => events.pointers(redis, positions, { count, blockMs: null });
    const pointers = this.isFinishing
      ? await ask()
      : await wait().catch((error: unknown) => {
          if (this.isFinishing) return ask();
          throw error;
        });
    this.on.read();
    return events.read(pointers);
  }

  private async write(batch: readonly ReadEvent[]): Promise<void> {
    const moved: Positions = new Map(batch.map(({ pointer }) => [pointer.shard, pointer.streamId]));
    await this.trace.append(batch.map(eventLine), moved);
    await this.context.marks.publish(moved);
    this.context.meter.take(batch);
  }

  /** Before anything is written: opening a large trace, or a machine that stood still, may have taken longer than the lease. */
  private async assureTurn(): Promise<void> {
    if (!(await this.turn.isOurs())) throw new Error('another recorder took the turn');
  }

  /** Says in the trace itself what cannot be in it, then goes on behind the hole. */
  private async lookWhereWeStand(): Promise<void> {
    this.mustLook = false;
    await this.assureTurn();
    for (const [shard, from] of this.trace.positions) {
      const standing = await this.context.events.standing(shard, from);
      if (standing.is === 'whole') continue;
      const to = standing.is === 'rewound' ? standing.to : from;
      const type = standing.is === 'rewound' ? 'recorder.rewound' : 'recorder.gap';
      this.context.logger.warn({ shard, from, to }, `${type}: the shard's stream does not lead on from here`);
      await this.trace.append([noteLine(type, { shard, from, to }, Date.now())], new Map([[shard, to]]));
    }
    await this.context.marks.publish(this.trace.positions);
  }

  private async linger(): Promise<void> {
    this.sleep = Promise.withResolvers();
    const timer = setTimeout(this.sleep.resolve, lingerMs);
    if (this.isFinishing) this.sleep.resolve();
    await this.sleep.promise;
    clearTimeout(timer);
  }
}

/** Made by the first recorder, and gone with the Redis it was made in: so a trace of another Redis is not taken for ours. */
async function installationOf({ redis, keys }: RecorderContext): Promise<string> {
  await redis.set(keys.identity(), randomUUID(), 'NX');
  return (await redis.get(keys.identity()))!;
}
