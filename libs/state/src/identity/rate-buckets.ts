import type { Keys } from '../keys.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** So many requests in a period, spread as they come. */
export interface RateRule {
  /** Where the bucket is kept: at the home slot of a tenant, else of the installation. */
  tenant?: string | undefined;
  /** What it counts, such as `actor:ci`. */
  name: string;
  max: number;
  perMs: number;
}

export interface Draw {
  granted: number;
  /** What is left for all processes after this draw. */
  left: number;
  /** When nothing was granted: until there is something again. */
  retryMs: number;
}

/** Buckets of requests that all processes of an installation share. */
export class RateBuckets {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** Takes up to `wanted`. */
  async draw({ tenant, name, max, perMs }: RateRule, wanted: number): Promise<Draw> {
    const root = tenant === undefined ? this.keys.global() : this.keys.tenant(tenant);
    const reply = await this.scripts.run({ name: 'draw-tokens', root, args: [name, max, perMs, wanted] });
    const [granted = 0, left = 0, retryMs = 0] = (reply as string[]).map(Number);
    return { granted, left, retryMs };
  }
}
