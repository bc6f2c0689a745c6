import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

const cachedMs = 1_000;
const patienceMs = 500;
const keptMs = 60_000;

export interface Progress {
  ok: boolean;
  detail: string;
}

/** Whether this process gets work done: a write to Redis that is read back, not a PING. Never throws. */
export class ProgressProbe {
  private last: { at: number; progress: Promise<Progress> } | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** An answer is at most a second old; whoever asks meanwhile gets the same one. */
  async check(): Promise<Progress> {
    if (!this.last || performance.now() - this.last.at > cachedMs) {
      this.last = { at: performance.now(), progress: this.look() };
    }
    return this.last.progress;
  }

  private async look(): Promise<Progress> {
    // Without a connection ioredis would queue the write, one for each look.
    if (this.redis.status !== 'ready') return { ok: false, detail: `the connection to Redis is ${this.redis.status}` };
    const { promise: late, resolve } = Promise.withResolvers<Progress>();
    const timer = setTimeout(
      () => resolve({ ok: false, detail: `Redis did not answer within ${patienceMs} ms` }),
      patienceMs,
    );
    const progress = await Promise.race([this.writeAndRead(), late]);
    clearTimeout(timer);
    return progress;
  }

  private async writeAndRead(): Promise<Progress> {
    const mark = crypto.randomUUID();
    const key = `${this.keys.root(0)}:probe:${mark}`;
    try {
      const [, read] = await Promise.all([this.redis.set(key, mark, 'PX', keptMs), this.redis.getdel(key)]);
      if (read === mark) return { ok: true, detail: 'written and read back' };
      return { ok: false, detail: 'Redis gave back something else than what was written' };
    } catch {
      return { ok: false, detail: 'Redis refused the write' };
    }
  }
}
