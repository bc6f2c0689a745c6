import type { HealthReport } from './health-check.js';

/** Something that goes round and round; `lastRoundAt` by `performance.now()`. */
export interface Round {
  readonly name: string;
  readonly lastRoundAt: number;
}

/** Whether each finished a round in time; those that did not are named. */
export function reportOn(rounds: readonly Round[], withinMs: number): HealthReport {
  const ages = rounds.map(({ name, lastRoundAt }) => ({ name, ageMs: Math.round(performance.now() - lastRoundAt) }));
  const late = ages.filter(({ ageMs }) => ageMs > withinMs);
  const named = late.slice(0, 10).map(({ name, ageMs }) => `${name}: ${ageMs} ms`);
  if (late.length > 0) return { ok: false, detail: `no round within ${withinMs} ms: ${named.join(', ')}` };
  return { ok: true, detail: `last round ${Math.max(0, ...ages.map(({ ageMs }) => ageMs))} ms ago at most` };
}
