import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { jsonDepth, limits } from '#libs/contracts';
import { EvaluationFailure, LimitReached } from './expression-error.js';
import type { Value } from './expression-value.js';
import { jsonForm } from './json-form.js';
import { StepBudget } from './step-budget.js';

const safe = fc.maxSafeInteger();
const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    safe.map(BigInt),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.constantFrom(null, true, 0n),
    fc.constant(-0),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), { maxKeys: 3 }),
  ),
}));

const formOf = (value: Value) => jsonForm(value, new StepBudget());

describe('jsonForm', () => {
  it('is what JSON can carry, number for number and key for key', () => {
    const asJson = (_: string, part: unknown) => (typeof part === 'bigint' ? Number(part) : part);
    fc.assert(
      fc.property(values, (value) => {
        const form = formOf(value);
        expect(JSON.stringify(form)).toBe(JSON.stringify(value, asJson));
        // Tells -0 from 0, which their texts do not.
        expect(form).toEqual(JSON.parse(JSON.stringify(value, asJson)));
      }),
    );
  });

  it('is the value itself where that is JSON already', () => {
    const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Value);
    fc.assert(
      fc.property(json, (value) => {
        expect(formOf(value)).toBe(value);
      }),
    );
  });

  it('is refused for a number that a reader would not get as it is, wherever it stands', () => {
    const lossy = fc.oneof(
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    );
    fc.assert(
      fc.property(lossy, values, (number, beside) => {
        for (const value of [number, [beside, number], { a: beside, b: [number] }]) {
          const thrown = thrownBy(() => formOf(value));
          expect(thrown).toBeInstanceOf(EvaluationFailure);
        }
      }),
    );
  });

  it('is refused beyond the levels that JSON may have here, and only there', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 20, max: 40 }), (inner, levels) => {
        let value = inner;
        for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { k: value };
        const isTooDeep = jsonDepth(value, limits.maxJsonDepth) > limits.maxJsonDepth;
        const thrown = thrownBy(() => formOf(value));
        expect([thrown instanceof LimitReached, thrown === undefined]).toEqual([isTooDeep, !isTooDeep]);
      }),
    );
  });
});

/** An EvaluationFailure is no Error, so `toThrow` does not know its class. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}
