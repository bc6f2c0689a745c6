import { describe, expect, it } from '@jest/globals';
import { offsetAt, skewedDate } from './skewed-date.js';

describe('a skewed clock', () => {
  const Skewed = skewedDate(Date, () => 300_000);

  it('tells every way of asking the same wrong time', () => {
    const before = Date.now() + 300_000;
    const told = [Skewed.now(), new Skewed().getTime()];
    const after = Date.now() + 300_000;
    for (const time of told) {
      expect(time).toBeGreaterThanOrEqual(before);
      expect(time).toBeLessThanOrEqual(after);
    }
    // Without `new` it is a text, to the second.
    expect(Date.parse(Skewed())).toBeGreaterThan(before - 1_001);
  });

  it('leaves a given time as it is', () => {
    expect(new Skewed(1_000).getTime()).toBe(1_000);
    expect(new Skewed('2026-01-01T00:00:00Z').toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(Skewed.UTC(2026, 0)).toBe(Date.UTC(2026, 0));
  });

  it('makes dates of the one kind there is', () => {
    expect(new Skewed()).toBeInstanceOf(Date);
    expect(new Date()).toBeInstanceOf(Skewed);
    expect(JSON.stringify(new Skewed(0))).toBe('"1970-01-01T00:00:00.000Z"');
  });

  it('leaps and comes back', () => {
    const fault = { skewMs: -300_000, jumpMs: 60_000, jumpEveryMs: 1_000 };
    expect([0, 999, 1_000, 1_999, 2_000].map((at) => offsetAt(fault, at))).toEqual([
      -300_000, -300_000, -240_000, -240_000, -300_000,
    ]);
    expect(offsetAt({ ...fault, jumpEveryMs: 0 }, 5_000)).toBe(-300_000);
  });
});
