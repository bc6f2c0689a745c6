import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PlanFaults } from './plan-faults.js';

it('keeps the first hundred faults in their order, and says when it has them', () => {
  fc.assert(
    fc.property(fc.nat(150), (count) => {
      const details = Array.from({ length: count }, (_, at) => `fault ${at}`);
      const faults = new PlanFaults();
      const wasFull = details.map((detail, at) => {
        faults.add('REQUEST_INVALID', `/${at}`, detail);
        return faults.isFull;
      });
      expect(wasFull).toEqual(details.map((_, at) => at + 1 >= 100));
      expect(faults.items).toEqual(
        details.slice(0, 100).map((detail, at) => ({ code: 'REQUEST_INVALID', pointer: `/${at}`, detail })),
      );
    }),
  );
});
