import { Watchdog, answersFor } from '#libs/redis';
import { tellOfStandstill } from '#libs/telemetry';
import { RecordingSession } from './recording.session.js';
import type { RecorderContext } from './recorder.context.js';

const standByMs = 2_000;
/** A full disk is looked at every ten seconds; each look reads the trace file once. */
const afterErrorMs = { first: 1_000, most: 10_000 };
/** Without Redis the last words cannot be said: then the process ends without them. */
const stopWithinMs = 3_000;

/** Records as long as it is its turn. Whatever goes wrong ends a session; the next one finds its place in the file again. */
export class Recorder {
  readonly name = 'recorder';
  /** By `performance.now()`: when it last read, wrote what it read, or stood by. */
  lastRoundAt = performance.now();
  private session: RecordingSession | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;
  private sleep = Promise.withResolvers<void>();
  private failures = 0;
  private reads = 0;
  private readonly watchdog: Watchdog;

  constructor(private readonly context: RecorderContext) {
    const reading = {
      name: 'event streams',
      progress: () => this.reads,
      // A read ends within 5 s, with or without an event.
      isDue: async () => this.session !== undefined && !this.isStopping && this.doShardsAnswer(),
      recreate: () => this.context.blocking.disconnect(true),
    };
    this.watchdog = new Watchdog({
      redis: context.redis,
      watched: () => [reading],
      onRecreate: (name) => tellOfStandstill(context.logger, name),
    });
  }

  /** Resolves with the reason when it reads nothing any more. */
  get broken(): Promise<string> {
    return this.watchdog.broken;
  }

  async start(): Promise<void> {
    await this.context.blocking.connect();
    this.running = this.run();
    this.watchdog.start();
  }

  /** Records what is there, then ends. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.watchdog.stop();
    this.sleep.resolve();
    this.session?.finish();
    this.context.blocking.disconnect();
    const timer = setTimeout(() => this.context.redis.disconnect(), stopWithinMs);
    await this.running;
    clearTimeout(timer);
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        await this.takeTurn();
        this.failures = 0;
      } catch (error) {
        if (this.isStopping) return;
        this.failures += 1;
        const againInMs = Math.min(afterErrorMs.most, afterErrorMs.first * 2 ** (this.failures - 1));
        this.context.logger.error(
          { err: error, dir: this.context.folder.dir, againInMs },
          'recording stopped; nothing is lost, it goes on from the same place',
        );
        await this.rest(againInMs);
      }
    }
  }

  private async takeTurn(): Promise<void> {
    const turn = await this.context.turn.take();
    if (!turn) {
      this.lastRoundAt = performance.now();
      return this.rest(standByMs);
    }
    try {
      this.session = await RecordingSession.open(this.context, turn, {
        read: () => (this.reads += 1),
        round: () => {
          this.failures = 0;
          this.lastRoundAt = performance.now();
        },
      });
      if (this.isStopping) this.session.finish();
      await this.session.run();
    } finally {
      await this.session?.close();
      this.session = undefined;
      await turn.release();
    }
  }

  private async doShardsAnswer(): Promise<boolean> {
    const { env, keys, redis } = this.context;
    return answersFor(
      redis,
      Array.from({ length: env.shards }, (_, shard) => keys.shardEvents(shard)),
    );
  }

  private async rest(ms: number): Promise<void> {
    this.sleep = Promise.withResolvers();
    const timer = setTimeout(this.sleep.resolve, ms);
    if (this.isStopping) this.sleep.resolve();
    await this.sleep.promise;
    clearTimeout(timer);
  }
}
