import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { limits } from '#libs/contracts';
import { KeptLoad } from './kept-load.js';

const files = fc.array(
  fc.record({
    sha256: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    bytes: fc.constantFrom(0, 1, limits.maxKeptBytes / 3),
  }),
  { maxLength: 4 },
);
const tasks = fc.array(fc.tuple(fc.constantFrom(0, 10, limits.maxArtifactBytes, limits.maxArtifactBytes + 1), files));

it('never takes more than the limits, counts a file once, and adds nothing of what it refuses', () => {
  fc.assert(
    fc.property(tasks, (list) => {
      const load = new KeptLoad();
      const sizeOf = new Map(list.flatMap(([, all]) => all).map(({ sha256, bytes }) => [sha256, bytes]));
      const same = list.map(
        ([bytes, all]) => [bytes, all.map(({ sha256 }) => ({ sha256, bytes: sizeOf.get(sha256)! }))] as const,
      );
      const taken = same.filter(([bytes, all]) => load.take(bytes, all));
      const sums = new Set(taken.flatMap(([, all]) => all.map(({ sha256 }) => sha256)));
      const bytes =
        taken.reduce((sum, [size]) => sum + size, 0) + [...sums].reduce((sum, one) => sum + sizeOf.get(one)!, 0);
      expect(bytes).toBeLessThanOrEqual(limits.maxKeptBytes);
      const isRefused = same.length > taken.length;
      const most =
        same.reduce((sum, [size]) => sum + size, 0) + [...sizeOf.values()].reduce((sum, one) => sum + one, 0);
      expect(isRefused && most <= limits.maxKeptBytes && same.every(([size]) => size <= limits.maxArtifactBytes)).toBe(
        false,
      );
    }),
  );
});

it('takes as many files as it may, and not one more', () => {
  const load = new KeptLoad();
  const many = Array.from({ length: limits.maxKeptArtifacts }, (_, at) => ({ sha256: `f${at}`, bytes: 1 }));
  expect(load.take(1, many)).toBe(true);
  expect(load.take(1, [many[0]!])).toBe(true);
  expect(load.take(1, [{ sha256: 'another', bytes: 1 }])).toBe(false);
});
