import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EvaluationFailure, LimitReached } from './expression-error.js';
import type { Value } from './expression-value.js';
import { functions } from './functions.js';
import { StepBudget } from './step-budget.js';

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'z', 'A', 'Z', '@', '[', '`', '{', ',', '😀', 'É') }),
);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const values: fc.Arbitrary<Value> = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Value>,
  int64,
  fc.double(),
  fc.constantFrom('1', '-7', '1e400', '99999999999999999999', 'TRUE', '1.5', '+3'),
);

function call(name: string, ...given: Value[]): Value | undefined {
  return functions.get(name)!(given, 0, new StepBudget());
}

/** `failed` for what an expression may go on after or is told; anything else is thrown on. */
function callOrFail(name: string, ...given: Value[]): Value | undefined {
  try {
    return call(name, ...given);
  } catch (error) {
    if (error instanceof EvaluationFailure || error instanceof LimitReached) return 'failed';
    throw error;
  }
}

describe('a function', () => {
  it('has a value, takes no such kinds, or fails with a reason, and throws nothing else', () => {
    const names = fc.constantFrom(...functions.keys());
    fc.assert(
      fc.property(names, fc.array(values, { minLength: 2, maxLength: 2 }), (name, given) => {
        const count = Number(name.at(-1)) + (name.startsWith('.') ? 1 : 0);
        expect(() => callOrFail(name, ...given.slice(0, count))).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('the functions of texts', () => {
  it('join what they split', () => {
    fc.assert(
      fc.property(texts, fc.oneof(texts, fc.constantFrom('', ',', 'a')), (text, separator) => {
        const parts = call('.split/1', text, separator)!;
        expect(call('.join/1', parts, separator)).toBe(text);
        expect(parts).toEqual(separator === '' ? Array.from(text) : text.split(separator));
      }),
    );
  });

  it('count characters as people do, and the parts of a text add up', () => {
    fc.assert(
      fc.property(texts, texts, (left, right) => {
        expect(call('size/1', left)).toBe(BigInt(Array.from(left).length));
        expect(call('.size/0', `${left}-${right}`)).toBe(
          (call('.size/0', left) as bigint) + 1n + (call('.size/0', right) as bigint),
        );
      }),
    );
  });

  it('change the case of the 26 letters and of nothing else', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(call('.lowerAscii/0', text)).toBe(text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()));
        expect(call('.upperAscii/0', text)).toBe(text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase()));
      }),
    );
  });

  it('find what was put together', () => {
    fc.assert(
      fc.property(texts, texts, texts, (before, part, after) => {
        const text = before + part + after;
        expect(call('.contains/1', text, part)).toBe(true);
        expect(call('.startsWith/1', text, before)).toBe(true);
        expect(call('.endsWith/1', text, after)).toBe(true);
        expect(call('.contains/1', part, `${part}x`)).toBe(false);
      }),
    );
  });
});

describe('conversions', () => {
  it('bring every int and every bool through a text and back', () => {
    fc.assert(
      fc.property(int64, fc.boolean(), (int, bool) => {
        expect(call('int/1', call('string/1', int)!)).toBe(int);
        expect(call('bool/1', call('string/1', bool)!)).toBe(bool);
      }),
    );
  });

  it('bring every finite double through a text and back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        expect(call('double/1', call('string/1', double)!)).toBe(double + 0);
      }),
    );
  });

  it('cut a double toward zero, and refuse what an int does not hold', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (double) => {
        const isHeld = double >= -(2 ** 63) && double < 2 ** 63;
        expect(callOrFail('int/1', double)).toBe(isHeld ? BigInt(Math.trunc(double)) : 'failed');
      }),
    );
  });
});
