import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideWindow } from './decide-window.js';

/** A queue as simple as can be: `concurrency` workers that never rest, and a window that is always full. */
function settle(concurrency: number, inTransit: number, window: number, most: number): number {
  let now = window;
  for (let look = 0; look < 60; look += 1) {
    const active = Math.min(concurrency, Math.max(0, now - inTransit));
    const waiting = Math.max(0, now - inTransit - active);
    now = decideWindow({ window: now, most, active, waiting });
  }
  return now;
}

const counts = fc.integer({ min: 1, max: 300 });
const windows = fc.integer({ min: 1, max: 4_096 });

describe('decideWindow', () => {
  it('stays between 1 and what the operator allows, whatever it sees', () => {
    fc.assert(
      fc.property(windows, windows, fc.nat(5_000), fc.nat(5_000), (window, most, active, waiting) => {
        const next = decideWindow({ window, most, active, waiting });
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('comes to keep all workers busy with hardly more than a round waiting, from wherever it starts', () => {
    fc.assert(
      fc.property(counts, fc.nat(200), windows, (concurrency, inTransit, window) => {
        const settled = settle(concurrency, inTransit, window, 100_000);
        const waiting = settled - inTransit - concurrency;
        expect(waiting).toBeGreaterThanOrEqual(Math.min(1, concurrency / 2));
        expect(waiting).toBeLessThanOrEqual(Math.max(16, concurrency + 8, concurrency + inTransit + 1));
      }),
    );
  });

  it('does not grow for a queue that no worker serves', () => {
    fc.assert(
      fc.property(windows, counts, (window, waiting) => {
        expect(decideWindow({ window, most: 100_000, active: 0, waiting })).toBeLessThanOrEqual(Math.max(16, window));
      }),
    );
  });
});
