import { describe, expect, it } from '@jest/globals';
import { inTurns, planCrashes, type Passing } from './crash-plan.js';

const passing: Passing = {
  role: 'executor',
  first: { 'before function load': 1, 'after function load': 1, 'before get recorded': 2, 'after get recorded': 2 },
  started: { 'before connect': 4, 'after connect': 4, 'before get recorded': 1, 'after get recorded': 1 },
  ended: {
    'before connect': 4,
    'after connect': 4,
    'before get recorded': 3,
    'after get recorded': 3,
    'before xreadgroup work:events': 9,
    'after xreadgroup work:events': 8,
  },
};
const all = { bothSidesOfReads: true };

describe('the plan of crashes', () => {
  it('has every point that was passed in any life, and knows when', () => {
    const moments = planCrashes([passing], all).map(({ point, moment }) => `${point}: ${moment}`);
    expect(moments.filter((text) => text.startsWith('before'))).toEqual([
      'before connect: start',
      'before function load: first-life',
      'before get recorded: work',
      'before xreadgroup work:events: work',
    ]);
    expect(moments).toHaveLength(8);
  });

  it('may leave out the side before a read, and of nothing else', () => {
    const points = planCrashes([passing], { bothSidesOfReads: false }).map(({ point }) => point);
    expect(points).not.toContain('before get recorded');
    expect(points).toHaveLength(7);
  });

  it('takes the roles in turns', () => {
    const of = (role: 'executor' | 'worker', count: number) =>
      Array.from({ length: count }, (_, at) => ({ role, point: String(at), moment: 'work' as const }));
    expect(inTurns([...of('executor', 4), ...of('worker', 2)]).map(({ role }) => role)).toEqual([
      'executor',
      'worker',
      'executor',
      'executor',
      'worker',
      'executor',
    ]);
  });
});
