import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { findCycle } from './find-cycle.js';

function cycleOf(dependsOn: number[][]): number[] | undefined {
  const dependents: number[][] = dependsOn.map(() => []);
  dependsOn.forEach((dependencies, index) => dependencies.forEach((dependency) => dependents[dependency]!.push(index)));
  return findCycle(dependsOn, dependents);
}

/** For each task of a permutation, edges to earlier ones only: a DAG whose order is not the order of the indexes. */
const dags = fc
  .integer({ min: 1, max: 30 })
  .chain((size) =>
    fc.tuple(
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, index) => index),
        { minLength: size },
      ),
      fc.array(fc.array(fc.nat(), { maxLength: 5 }), { minLength: size, maxLength: size }),
    ),
  )
  .map(([order, picks]) => {
    const dependsOn: number[][] = order.map(() => []);
    order.forEach((index, position) => {
      if (position > 0) dependsOn[index] = [...new Set(picks[position]!.map((pick) => order[pick % position]!))];
    });
    return dependsOn;
  });

const graphs = fc.integer({ min: 1, max: 20 }).chain((size) =>
  fc.array(fc.uniqueArray(fc.integer({ min: 0, max: size - 1 }), { maxLength: 3 }), {
    minLength: size,
    maxLength: size,
  }),
);

function isCyclic(dependsOn: number[][]): boolean {
  const reaches = (from: number, goal: number, seen: Set<number>): boolean =>
    dependsOn[from]!.some((next) => {
      if (next === goal) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, goal, seen);
    });
  return dependsOn.some((_, index) => reaches(index, index, new Set()));
}

describe('findCycle', () => {
  it.each<[string, number[][], number[] | undefined]>([
    ['nothing', [], undefined],
    ['one task', [[]], undefined],
    ['a diamond', [[], [0], [0], [1, 2]], undefined],
    ['a task that waits for itself', [[0]], [0]],
    ['two tasks', [[1], [0]], [0, 1]],
    ['the smallest index first', [[], [3], [1], [2]], [1, 3, 2]],
    ['a cycle behind a tail of waiting tasks', [[1], [2], [3, 4], [2], []], [2, 3]],
    ['a bridge between two cycles', [[1], [0], [0, 3], [4], [3]], [0, 1]],
    ['the short way round', [[1], [2], [3, 0], [0]], [0, 1, 2]],
  ])('looks at %s', (_, dependsOn, cycle) => {
    expect(cycleOf(dependsOn)).toEqual(cycle);
  });

  it('goes round a cycle of 10,000 tasks', () => {
    const dependsOn = Array.from({ length: 10_000 }, (_, index) => [(index + 1) % 10_000]);
    expect(cycleOf(dependsOn)).toHaveLength(10_000);
  });

  it('finds none in any DAG', () => {
    fc.assert(fc.property(dags, (dependsOn) => expect(cycleOf(dependsOn)).toBeUndefined()));
  });

  it('finds one exactly when there is one, and each of its edges exists', () => {
    fc.assert(
      fc.property(graphs, (dependsOn) => {
        const cycle = cycleOf(dependsOn);
        expect(cycle !== undefined).toBe(isCyclic(dependsOn));
        cycle?.forEach((index, position) => {
          expect(dependsOn[index]).toContain(cycle[(position + 1) % cycle.length]);
        });
        expect(new Set(cycle).size).toBe(cycle?.length ?? 0);
      }),
    );
  });
});
