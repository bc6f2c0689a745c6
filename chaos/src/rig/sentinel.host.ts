import { startSentinels, type TestSentinels } from '#libs/testing';
import { Redis } from 'ioredis';
import type { RedisHost } from './redis.host.js';

/** A master and its replica under three Sentinels. */
export class SentinelRedis implements RedisHost {
  private constructor(
    private readonly group: TestSentinels,
    readonly admin: Redis,
  ) {}

  static async open(): Promise<SentinelRedis> {
    const group = await startSentinels();
    const [, hosts, name] = /^redis-sentinel:\/\/([^/]+)\/(.+)$/.exec(group.url)!;
    const sentinels = hosts!.split(',').map((host) => ({ host: '127.0.0.1', port: Number(host.split(':')[1]) }));
    const admin = new Redis({
      sentinels,
      name: name!,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 50,
      failoverDetector: true,
      reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
    });
    admin.on('error', () => undefined);
    return new SentinelRedis(group, admin);
  }

  get url(): string {
    return this.group.url;
  }

  /** Resolves with the port of the new master. */
  async promote(): Promise<number> {
    return this.group.promote();
  }

  /** Its servers run from `open` on. */
  async start(): Promise<void> {}

  async kill(): Promise<void> {
    await this.group.stop();
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.group.stop();
  }
}
