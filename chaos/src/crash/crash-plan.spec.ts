import { describe, expect, it } from '@jest/globals';
import { planCrashes, type Passing } from './crash-plan.js';

const passing: Passing = {
  role: 'executor',
  lives: [
    {
      started: { 'before function load': 1, 'before connect': 4, 'before get recorded': 1 },
      ended: { 'before function load': 1, 'before connect': 4, 'before get recorded': 1, 'after client unblock': 1 },
    },
    {
      started: { 'before connect': 4, 'before get recorded': 1 },
      ended: { 'before connect': 4, 'before get recorded': 3, 'after xreadgroup work:events': 8 },
    },
  ],
};
const all = { bothSidesOfReads: true };

describe('the plan of crashes', () => {
  it('has every point that was passed in any life, and knows when', () => {
    expect(planCrashes([passing], all).map(({ point, moment }) => `${point}: ${moment}`)).toEqual([
      'after client unblock: first-life',
      'after xreadgroup work:events: work',
      'before connect: start',
      'before function load: first-life',
      'before get recorded: work',
    ]);
  });

  it('may leave out the side before a read, and of nothing else', () => {
    const points = planCrashes([passing], { bothSidesOfReads: false }).map(({ point }) => point);
    expect(points).not.toContain('before get recorded');
    expect(points).toHaveLength(4);
  });
});
