import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fallbackOfAttempt, modelOfAttempt } from './model-of-attempt.js';

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

it('calls every model but the first a fallback', () => {
  expect([1, 2, 3, 4].map((attempt) => fallbackOfAttempt(['a', 'b', 'c'], attempt))).toEqual([
    undefined,
    'b',
    'c',
    'c',
  ]);
  expect([1, 2].map((attempt) => fallbackOfAttempt(['a'], attempt))).toEqual([undefined, undefined]);
  expect(fallbackOfAttempt([], 2)).toBeUndefined();
});
