import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decideWindow } from './decide-window.js';

/** A queue as simple as can be: `concurrency` workers that never rest, and a window that is always full. */
function settle(concurrency: number, inTransit: number, window: number, most: number, jobsPerS: number): number {
  let now = window;
  for (let look = 0; look < 60; look += 1) {
    const active = Math.min(concurrency, Math.max(0, now - inTransit));
    const waiting = Math.max(0, now - inTransit - active);
    now = decideWindow({ window: now, most, active, waiting, donePerS: active * jobsPerS });
  }
  return now;
}

const counts = fc.integer({ min: 1, max: 300 });
const windows = fc.integer({ min: 1, max: 4_096 });

describe('decideWindow', () => {
  it('stays between 1 and what the operator allows, whatever it sees', () => {
    fc.assert(
      fc.property(windows, windows, counts, fc.nat(5_000), fc.nat(9_000), (window, most, active, waiting, donePerS) => {
        const next = decideWindow({ window, most, active, waiting, donePerS });
        expect(next).toBeGreaterThanOrEqual(1);
        expect(next).toBeLessThanOrEqual(most);
      }),
    );
  });

  it('comes to keep all workers busy with about a round of jobs waiting, or 100 ms of work, from wherever it starts', () => {
    fc.assert(
      fc.property(counts, fc.nat(200), windows, fc.nat(50), (concurrency, inTransit, window, jobsPerS) => {
        const settled = settle(concurrency, inTransit, window, 100_000, jobsPerS);
        const waiting = settled - inTransit - concurrency;
        const enough = Math.max(concurrency + 8, (concurrency * jobsPerS) / 10);
        expect(waiting).toBeGreaterThanOrEqual(1);
        expect(waiting).toBeLessThanOrEqual(Math.max(16, enough + 1, concurrency + inTransit + 1));
      }),
    );
  });

  it('does not grow for a queue that no worker serves', () => {
    fc.assert(
      fc.property(windows, counts, (window, waiting) => {
        expect(decideWindow({ window, most: 100_000, active: 0, waiting, donePerS: 0 })).toBeLessThanOrEqual(
          Math.max(16, window),
        );
      }),
    );
  });
});
