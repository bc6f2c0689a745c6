import { openRedis, type Redis } from '#libs/redis';
import type { ScriptRunner } from '#libs/state';
import { startRedis, type TestRedis } from '#libs/testing';
import { Stage } from './stage.js';

/** One Redis a test file. */
export class ScriptBed {
  private stages = 0;

  private constructor(
    private readonly server: TestRedis,
    readonly redis: Redis,
  ) {}

  static async open(): Promise<ScriptBed> {
    const server = await startRedis();
    return new ScriptBed(server, openRedis({ url: server.url }));
  }

  get url(): string {
    return this.server.url;
  }

  /** A key prefix of its own, so that tests of a file see nothing of each other. */
  stage(window = 100, scripts?: ScriptRunner): Stage {
    this.stages += 1;
    return new Stage(this.redis, `s${this.stages}`, window, scripts);
  }

  async close(): Promise<void> {
    this.redis.disconnect();
    await this.server.stop();
  }
}
