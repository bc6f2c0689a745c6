import type { Redis } from '#libs/redis';
import { scriptOfFunction } from '#libs/state';
import { rounded } from './statistics.js';

export interface SlowScript {
  script: string;
  calls: number;
  maxMs: number;
}

type SlowlogEntry = [id: number, atSeconds: number, micros: number, command: string[]];

/** Our scripts that took 1 ms or more, over all parts of the bench. */
export class SlowScripts {
  private readonly byName = new Map<string, SlowScript>();

  /** Takes up what Redis has noted since it was started. */
  async collect(redis: Redis): Promise<void> {
    for (const [, , micros, [, name = '']] of (await redis.slowlog('GET', 100_000)) as SlowlogEntry[]) {
      const script = scriptOfFunction(name);
      if (script !== undefined) this.note(script, rounded(micros / 1_000));
    }
  }

  slowest(): SlowScript[] {
    return [...this.byName.values()].toSorted((a, b) => b.maxMs - a.maxMs);
  }

  private note(script: string, ms: number): void {
    const known = this.byName.get(script) ?? { script, calls: 0, maxMs: 0 };
    this.byName.set(script, { script, calls: known.calls + 1, maxMs: Math.max(known.maxMs, ms) });
  }
}
