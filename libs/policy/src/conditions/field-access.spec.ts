import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { pointerSegment, readPointer } from '../json-pointer.js';
import { EvaluationFailure } from './expression-error.js';
import type { Value } from './expression-value.js';
import { elementOf, hasKey } from './field-access.js';

const keys = fc.oneof(fc.string(), fc.constantFrom('a', '__proto__', 'constructor', 'length', 'toString', '0'));
const json = fc
  .oneof(fc.jsonValue({ maxDepth: 2 }), fc.dictionary(keys, fc.nat()), fc.array(fc.nat()))
  .map((value) => JSON.parse(JSON.stringify(value)) as Json);

function read(container: Value, key: Value): Value | undefined {
  try {
    return elementOf(container, key, 0);
  } catch (error) {
    if (error instanceof EvaluationFailure) return undefined;
    throw error;
  }
}

describe('a field', () => {
  it('is read as a path reads it: own keys of a map, and of nothing else', () => {
    fc.assert(
      fc.property(json, keys, (value, key) => {
        const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
        const known = isMap ? Object.keys(value) : [];
        for (const each of [key, ...known]) {
          const expected = isMap ? readPointer(value, `/${pointerSegment(each)}`) : undefined;
          expect(read(value, each)).toBe(expected);
          expect(!isMap || hasKey(value, each, 0) === (expected !== undefined)).toBe(true);
        }
      }),
    );
  });

  it('is an element of a list by its whole number, int or double, and by nothing else', () => {
    const numbers = fc.oneof(
      fc.integer({ min: -3, max: 12 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(2 ** 32),
    );
    fc.assert(
      fc.property(fc.array(json, { maxLength: 10 }), numbers, keys, (list, number, key) => {
        const expected = Number.isInteger(number) && number >= 0 ? list[number] : undefined;
        expect(read(list, number)).toBe(expected);
        expect(read(list, BigInt(Math.trunc(number)))).toBe(list[Math.trunc(number)]);
        expect(read(list, key)).toBeUndefined();
      }),
    );
  });
});
