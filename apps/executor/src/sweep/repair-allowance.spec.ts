import { describe, expect, it } from '@jest/globals';
import { array, assert, nat, property, tuple } from 'fast-check';
import { RepairAllowance } from './repair-allowance.js';

describe('the rate of repairs', () => {
  it('lets a second of repairs through at once, and as many again a second later', () => {
    let nowMs = 0;
    const allowance = new RepairAllowance(200, () => nowMs);
    expect([allowance.take(150), allowance.take(150)]).toEqual([150, 50]);
    nowMs = 100;
    expect(allowance.take(150)).toBe(20);
    nowMs = 10_000;
    expect(allowance.take(1_000)).toBe(200);
  });

  it('never gives more in any time than its rate and one bucket', () => {
    const looks = array(tuple(nat({ max: 2_000 }), nat({ max: 500 })), { minLength: 1, maxLength: 50 });
    const rule = property(looks, (steps) => {
      let nowMs = 0;
      let taken = 0;
      const allowance = new RepairAllowance(200, () => nowMs);
      for (const [pauseMs, wanted] of steps) {
        nowMs += pauseMs;
        const some = allowance.take(wanted);
        taken += some;
        if (some > wanted || taken > 200 + (nowMs / 1_000) * 200 + 1e-6) return false;
      }
      return true;
    });
    assert(rule);
  });
});
