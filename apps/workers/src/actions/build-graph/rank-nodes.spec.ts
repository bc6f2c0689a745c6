import { describe, expect, it } from '@jest/globals';
import { rankNodes } from './rank-nodes.js';

const sumOf = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0);

describe('rankNodes', () => {
  it('gives equal nodes equal scores that add up to 1', () => {
    const ring = [0, 1, 2].map((from) => ({ from, to: (from + 1) % 3, weight: 1 }));
    expect(rankNodes(3, ring)).toEqual([0.33333333, 0.33333333, 0.33333333]);
    expect(rankNodes(4, [])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('puts what many link to first, though it leads nowhere', () => {
    const star = [1, 2, 3].map((from) => ({ from, to: 0, weight: 1 }));
    const scores = rankNodes(4, star);
    expect(scores[0]).toBeGreaterThan(2 * scores[1]!);
    expect(sumOf(scores)).toBeCloseTo(1, 6);
  });

  it('follows weights', () => {
    const [, heavy, light] = rankNodes(3, [
      { from: 0, to: 1, weight: 3 },
      { from: 0, to: 2, weight: 1 },
    ]);
    expect(heavy).toBeGreaterThan(light!);
  });

  it('has no scores for no nodes', () => {
    expect(rankNodes(0, [])).toEqual([]);
  });
});
