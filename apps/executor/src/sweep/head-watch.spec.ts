import { describe, expect, it } from '@jest/globals';
import { HeadWatch } from './head-watch.js';

describe('HeadWatch', () => {
  it('says stuck of a head that stays, not of a line that moves or is empty', () => {
    const watch = new HeadWatch(3_000);
    const looks = ['a', 'b', 'c', 'd', 'e'].map((head, at) => watch.isStuck(0, head, at * 1_000));
    expect(looks).not.toContain(true);
    expect(watch.isStuck(0, 'e', 6_999)).toBe(false);
    expect(watch.isStuck(0, 'e', 7_000)).toBe(true);
    expect(watch.isStuck(0, undefined, 8_000)).toBe(false);
    expect(watch.isStuck(0, undefined, 20_000)).toBe(false);
    expect(watch.isStuck(0, 'e', 20_001)).toBe(false);
  });

  it('watches each shard by itself', () => {
    const watch = new HeadWatch(3_000);
    expect(watch.isStuck(0, 'a', 0)).toBe(false);
    expect(watch.isStuck(1, 'a', 2_000)).toBe(false);
    expect(watch.isStuck(0, 'a', 3_000)).toBe(true);
    expect(watch.isStuck(1, 'a', 3_000)).toBe(false);
  });
});
