import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ProgressWatch } from './progress-watch.js';

const looks = (watch: ProgressWatch, ...words: [progress: number, isDue: boolean, nowMs: number][]): string[] =>
  words.map(([progress, isDue, nowMs]) => watch.look({ progress, isDue, nowMs }));

describe('a watch over progress', () => {
  it('has what stands still made anew twice, then gives up', () => {
    const watch = new ProgressWatch(10, 2);
    expect(
      looks(watch, [1, true, 0], [1, true, 9], [1, true, 10], [1, true, 19], [1, true, 20], [1, true, 30]),
    ).toEqual(['fine', 'fine', 'recreate', 'fine', 'recreate', 'give-up']);
  });

  it('begins anew with each step, and with each look at which nothing was due', () => {
    const watch = new ProgressWatch(10, 1);
    expect(looks(watch, [1, true, 0], [2, true, 10], [2, false, 20], [2, true, 29], [2, true, 30])).toEqual([
      'fine',
      'fine',
      'fine',
      'fine',
      'recreate',
    ]);
    expect(looks(watch, [3, true, 40], [3, true, 50])).toEqual(['fine', 'recreate']);
  });

  it('never acts on what moves, nor on what has nothing to do', () => {
    const steps = fc.array(fc.record({ moves: fc.boolean(), passMs: fc.nat(30) }), { maxLength: 50 });
    fc.assert(
      fc.property(steps, (list) => {
        const watch = new ProgressWatch(10, 2);
        let progress = 0;
        let nowMs = 0;
        return list.every(({ moves, passMs }) => {
          progress += moves ? 1 : 0;
          nowMs += passMs;
          return watch.look({ progress, isDue: moves, nowMs }) === 'fine';
        });
      }),
    );
  });
});
