import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { modelOfAttempt } from './model-of-attempt.js';

it('takes each model of the list once, in order, then stays with the last, and none that is not in it', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 5 }), fc.nat(5), (models, more) => {
      const attempts = Array.from({ length: models.length + more }, (_, at) => at + 1);
      const used = attempts.map((attempt) => modelOfAttempt(models, attempt));
      const last = models.at(-1) ?? null;
      expect(used).toEqual([...models, ...Array.from({ length: more }, () => last)]);
    }),
  );
});
