import { expect } from '@jest/globals';
import { operations } from './api-document.js';
import { FuzzFront } from './fuzz-front.js';

/** Throws when one of `count` requests was not answered as docs/openapi.json says, or nothing is done any more after them. */
export async function surviveFuzz(count: number, seed: number): Promise<void> {
  const requests = FuzzFront.draw(count, seed);
  const front = await FuzzFront.open();
  try {
    const { counts, faults } = await front.run(requests);
    expect({ seed, faults }).toEqual({ seed, faults: [] });
    const met = new Set([...counts.keys()].map((name) => name.split(' ')[0]));
    expect(operations.filter(({ operationId }) => !met.has(operationId))).toEqual([]);
    expect(await front.completes()).toBe('COMPLETED');
  } finally {
    await front.close();
  }
}
