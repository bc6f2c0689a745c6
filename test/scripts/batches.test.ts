import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty, nat } from 'fast-check';
import { Course, ordersOf } from './model/course.js';
import { directiveShape } from './model/plans.js';
import { ScriptBed } from './script-bed.js';

let bed: ScriptBed;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => bed.close());

const rounds = 12;
const shapes = array(directiveShape, { minLength: 2, maxLength: 5 });
const luck = array(nat({ max: 1_000 }), { minLength: 5, maxLength: 20 });

describe('a call about several directives', () => {
  it('leaves the same record as a call for each', async () => {
    const property = asyncProperty(shapes, luck, async (some, chances) => {
      const orders = ordersOf(some);
      const alone = new Course(bed.stage(), 'one by one', orders);
      const together = new Course(bed.stage(), 'together', orders);
      expect(await together.begin()).toEqual(await alone.begin());
      for (let round = 0; round < rounds; round += 1) {
        const shifted = chances.map((chance) => chance + round);
        expect(await together.round(shifted)).toEqual(await alone.round(shifted));
      }
    });
    await assert(property, { numRuns: 40, interruptAfterTimeLimit: 20_000 });
  });
});
