import { CocError } from '#libs/contracts';
import type { Draw, RateBuckets, RateRule } from '#libs/state';

/** What a process drew and has not used yet. */
interface Purse {
  left: number;
  drawnAt: number;
  /** Nothing is asked for before. */
  emptyUntil: number;
  /** For all processes, as of the last draw. */
  leftOfAll: number;
  drawing: Promise<void> | undefined;
}

/** What goes out with an answer: RateLimit fields of the IETF's draft. */
export interface Standing {
  policy: string;
  state: string;
}

// A tenth of a second's worth: at most so much is lost when it is not used within a second.
const drawsPerMinute = 600;
const drawnGoodMs = 1_000;
const patienceMs = 1_000;
const maxPurses = 10_000;

/**
 * Lets through what the buckets in Redis allow, in small sums, so that not every request costs a round trip. A Redis that does not answer
 * limits nothing: what the request does there meets it anyway.
 */
export class RateGate {
  private readonly purses = new Map<string, Purse>();

  constructor(private readonly buckets: RateBuckets) {}

  /** Throws RATE_LIMITED; `what` says whose rate it is. */
  async take(rule: RateRule, what: string): Promise<void> {
    if (rule.max === 0) return;
    const purse = this.purseOf(rule);
    for (;;) {
      const now = performance.now();
      if (now < purse.emptyUntil) throw limited(rule, what, purse.emptyUntil - now);
      if (purse.left > 0 && now - purse.drawnAt < drawnGoodMs) {
        purse.left -= 1;
        return;
      }
      purse.drawing ??= this.fill(rule, purse).finally(() => (purse.drawing = undefined));
      await purse.drawing;
    }
  }

  /** Throws RATE_LIMITED when this process knows that the bucket is empty; asks nobody. */
  refuseIfEmpty(rule: RateRule, what: string): void {
    const leftMs = (this.purses.get(nameOf(rule))?.emptyUntil ?? 0) - performance.now();
    if (rule.max > 0 && leftMs > 0) throw limited(rule, what, leftMs);
  }

  standing(rule: RateRule): Standing | undefined {
    const purse = this.purses.get(nameOf(rule));
    if (rule.max === 0 || purse === undefined) return undefined;
    const [name] = rule.name.split(':');
    const left = purse.left + purse.leftOfAll;
    const resetSeconds = Math.ceil(((rule.max - left) * rule.perMs) / rule.max / 1_000);
    return {
      policy: `"${name}";q=${rule.max};w=${rule.perMs / 1_000}`,
      state: `"${name}";r=${left};t=${Math.max(0, resetSeconds)}`,
    };
  }

  private async fill(rule: RateRule, purse: Purse): Promise<void> {
    const wanted = Math.max(1, Math.floor(rule.max / drawsPerMinute));
    const { granted, left, retryMs } = await this.draw(rule, wanted);
    const now = performance.now();
    Object.assign(purse, { left: granted, leftOfAll: left, drawnAt: now, emptyUntil: granted > 0 ? 0 : now + retryMs });
  }

  private async draw(rule: RateRule, wanted: number): Promise<Draw> {
    const open: Draw = { granted: wanted, left: 0, retryMs: 0 };
    const { promise: late, resolve } = Promise.withResolvers<Draw>();
    const timer = setTimeout(() => resolve(open), patienceMs);
    const answer = this.buckets.draw(rule, wanted).catch(() => open);
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  private purseOf(rule: RateRule): Purse {
    const name = nameOf(rule);
    const purse = this.purses.get(name) ?? {
      left: 0,
      drawnAt: 0,
      emptyUntil: 0,
      leftOfAll: 0,
      drawing: undefined,
    };
    this.purses.delete(name);
    this.purses.set(name, purse);
    const [oldest] = this.purses.keys();
    if (this.purses.size > maxPurses && oldest !== undefined) this.purses.delete(oldest);
    return purse;
  }
}

function nameOf({ tenant = '', name }: RateRule): string {
  return `${tenant} ${name}`;
}

function limited({ max, perMs }: RateRule, what: string, retryAfterMs: number): CocError {
  const detail = `${what}: the limit is ${max} in ${perMs / 1_000} s; come again after Retry-After`;
  return new CocError('RATE_LIMITED', detail, [], { retryAfterMs });
}
