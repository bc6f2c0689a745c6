import type { Keys, Redis } from '#libs/state';

const cachedMs = 1_000;
const patienceMs = 500;

/** Whether this process gets work done: a write to Redis that is read back, not a PING. */
export class ProgressProbe {
  private last = { at: -Infinity, ok: false, detail: 'not looked yet' };

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async check(): Promise<{ ok: boolean; detail: string }> {
    if (performance.now() - this.last.at < cachedMs) return this.last;
    const { ok, detail } = await this.roundTrip();
    this.last = { at: performance.now(), ok, detail };
    return this.last;
  }

  private async roundTrip(): Promise<{ ok: boolean; detail: string }> {
    const { promise: late, resolve } = Promise.withResolvers<{ ok: boolean; detail: string }>();
    const timer = setTimeout(
      () => resolve({ ok: false, detail: `Redis did not answer within ${patienceMs} ms` }),
      patienceMs,
    );
    const result = await Promise.race([this.writeAndRead(), late]);
    clearTimeout(timer);
    return result;
  }

  private async writeAndRead(): Promise<{ ok: boolean; detail: string }> {
    try {
      const mark = String(performance.now());
      const key = `${this.keys.root(0)}:probe`;
      await this.redis.set(key, mark, 'PX', 60_000);
      await this.redis.get(key);
      return { ok: true, detail: 'written and read back' };
    } catch {
      return { ok: false, detail: 'Redis refused the write' };
    }
  }
}
