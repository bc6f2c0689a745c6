import { describe, expect, it } from '@jest/globals';
import { findCommunities } from './find-communities.js';

const tie = (from: number, to: number, weight = 1) => ({ from, to, weight });

describe('findCommunities', () => {
  it('separates two groups that one thin tie joins', () => {
    const triangles = [tie(0, 1), tie(1, 2), tie(0, 2), tie(3, 4), tie(4, 5), tie(3, 5), tie(2, 3, 0.2)];
    expect(findCommunities(6, triangles)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('leaves nodes without ties alone', () => {
    expect(findCommunities(3, [])).toEqual([[0], [1], [2]]);
    expect(findCommunities(0, [])).toEqual([]);
  });

  it('does not depend on the direction of a tie', () => {
    expect(findCommunities(2, [tie(1, 0)])).toEqual(findCommunities(2, [tie(0, 1)]));
  });
});
