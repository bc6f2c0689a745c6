import { scriptOfFunction, type Redis } from '#libs/state';
import { rounded } from './statistics.js';

export interface SlowScript {
  script: string;
  calls: number;
  maxMs: number;
}

type SlowlogEntry = [id: number, atSeconds: number, micros: number, command: string[]];

/** Our scripts that took 1 ms or more, the slowest first. */
export async function slowestScripts(redis: Redis): Promise<SlowScript[]> {
  const slow = new Map<string, SlowScript>();
  for (const [, , micros, [, name = '']] of (await redis.slowlog('GET', 100_000)) as SlowlogEntry[]) {
    const script = scriptOfFunction(name);
    if (script === undefined) continue;
    const known = slow.get(script) ?? { script, calls: 0, maxMs: 0 };
    slow.set(script, { script, calls: known.calls + 1, maxMs: Math.max(known.maxMs, rounded(micros / 1_000)) });
  }
  return [...slow.values()].toSorted((a, b) => b.maxMs - a.maxMs);
}
