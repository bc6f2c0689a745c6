import { openBlockingRedis, type Redis, type RedisSettings, type Watched } from '#libs/redis';
import { ControlStreamReader, type Keys } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import type { RunningAttempts } from './running-attempts.js';

/** Hears the executor's aborts on every shard, each on a connection of its own. */
export class CancelListener {
  private readers: ControlStreamReader[] = [];

  constructor(
    private readonly settings: RedisSettings,
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly shards: number,
    private readonly running: RunningAttempts,
    private readonly logger: Logger,
  ) {}

  get watched(): readonly Watched[] {
    return this.readers;
  }

  async start(): Promise<void> {
    const shards = Array.from({ length: this.shards }, (_, shard) => shard);
    this.readers = await Promise.all(shards.map((shard) => this.listenTo(shard)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.stop()));
  }

  private async listenTo(shard: number): Promise<ControlStreamReader> {
    const redis = openBlockingRedis(this.settings);
    // Connected before the reader starts, so that no abort falls between boot and its first read.
    await redis.connect();
    const reader = new ControlStreamReader(
      redis,
      this.redis,
      this.keys,
      shard,
      ({ jobId, reason }) => this.running.cancel(jobId, reason),
      (version) =>
        this.logger.error({ shard }, `an order of schemaVersion ${version} is not understood here; finish the update`),
    );
    reader.start();
    return reader;
  }
}
