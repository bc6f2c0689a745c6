import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { EvaluationFailure, LimitReached } from './expression-error.js';
import type { Value } from './expression-value.js';
import { negate, not, operators } from './operators.js';
import { StepBudget } from './step-budget.js';

type Name = keyof typeof operators;

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const ints = fc.oneof(
  int64,
  fc.bigInt({ min: -3n, max: 3n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 2n ** 53n),
);
const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.constantFrom(0, 1, 1.5, 2 ** 53, -3),
);
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Value);
const values = fc.oneof(json, ints, doubles, fc.array(ints, { maxLength: 2 }), fc.record({ k: ints }));

/** `failed` for what an expression may go on after or is told; anything else is thrown on. */
function valueOf(act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof EvaluationFailure || error instanceof LimitReached) return 'failed';
    throw error;
  }
}

function apply(name: Name, left: Value, right: Value): Value {
  return valueOf(() => operators[name](left, right, 0, new StepBudget()));
}

describe('an operator', () => {
  it('has a value or a failure with a reason for any two values, and throws nothing else', () => {
    const names = fc.constantFrom(...(Object.keys(operators) as Name[]));
    fc.assert(
      fc.property(names, values, values, (name, left, right) => {
        expect(apply(name, left, right)).toBeDefined();
        for (const unary of [negate, not]) expect(valueOf(() => unary(left, 0))).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });

  it('calculates ints exactly, and fails where 64 bits do not hold the result', () => {
    fc.assert(
      fc.property(ints, ints, (left, right) => {
        const exact = { '+': left + right, '-': left - right, '*': left * right };
        for (const [name, result] of Object.entries(exact)) {
          const isHeld = BigInt.asIntN(64, result) === result;
          expect(apply(name as Name, left, right)).toBe(isHeld ? result : 'failed');
        }
      }),
    );
  });

  it('divides ints with a remainder that makes up for the rounding', () => {
    fc.assert(
      fc.property(ints, ints, (left, right) => {
        const [quotient, rest] = [apply('/', left, right), apply('%', left, right)];
        const isHeld = right !== 0n && (left !== -(2n ** 63n) || right !== -1n);
        expect([typeof quotient, typeof rest]).toEqual([
          isHeld ? 'bigint' : 'string',
          right === 0n ? 'string' : 'bigint',
        ]);
        if (!isHeld) return;
        expect((quotient as bigint) * right + (rest as bigint)).toBe(left);
        expect(BigInt(Math.abs(Number(rest))) <= BigInt(Math.abs(Number(right)))).toBe(true);
      }),
    );
  });

  it('takes an int with a double for the double that it is', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 53n), max: 2n ** 53n }), doubles, (int, double) => {
        expect(apply('+', int, double)).toBe(Number(int) + double);
        expect(apply('-', double, int)).toBe(double - Number(int));
        expect(apply('*', int, double)).toBe(Number(int) * double);
      }),
    );
  });
});

describe('equality', () => {
  /** Often equal, and otherwise nearly. */
  const few = fc.constantFrom<Value>(1, '1');
  const near: fc.Arbitrary<Value> = fc.oneof(
    fc.array(few, { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b'), few, { maxKeys: 2, noNullPrototype: true }),
  );

  it('is that of JSON', () => {
    fc.assert(
      fc.property(fc.oneof(json, near), fc.oneof(json, near), (left, right) => {
        expect(apply('==', left, right)).toBe(isDeepStrictEqual(left, right));
        expect(apply('==', left, structuredClone(left))).toBe(true);
      }),
    );
  });

  it('is the same from both sides, and the opposite of inequality', () => {
    fc.assert(
      fc.property(values, values, (left, right) => {
        const isEqual = apply('==', left, right);
        expect(apply('==', right, left)).toBe(isEqual);
        expect(apply('!=', left, right)).toBe(!isEqual);
      }),
    );
  });

  it('does not round an int to compare it', () => {
    fc.assert(
      fc.property(ints, fc.bigInt({ min: -2n, max: 2n }), (int, difference) => {
        const double = Number(int);
        const other = BigInt(double) + difference;
        expect(apply('==', other, double)).toBe(difference === 0n);
        expect(apply('<', double, other)).toBe(difference > 0n);
      }),
    );
  });

  it('says what is in a list', () => {
    const lists = fc.array(values, { maxLength: 4 });
    fc.assert(
      fc.property(lists, values, fc.nat(), (list, value, pick) => {
        expect(apply('in', value, list)).toBe(list.some((element) => apply('==', value, element) === true));
        const member = list[pick % Math.max(1, list.length)];
        expect(member === undefined || apply('in', member, list)).toBe(true);
      }),
    );
  });
});

describe('order', () => {
  const orderable = fc.oneof(
    fc.tuple(fc.oneof(ints, doubles), fc.oneof(ints, doubles), fc.oneof(ints, doubles)),
    fc.tuple(fc.string(), fc.string(), fc.string()),
    fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  );

  it('is total: of two numbers, texts or bools one is less, or both are equal', () => {
    fc.assert(
      fc.property(orderable, ([left, right]) => {
        const [less, equal, more] = [apply('<', left, right), apply('==', left, right), apply('>', left, right)];
        expect([less, equal, more].filter(Boolean)).toEqual([true]);
        expect(apply('<=', left, right)).toBe(!more);
        expect(apply('>=', left, right)).toBe(!less);
        expect(apply('>', right, left)).toBe(less);
      }),
    );
  });

  it('goes on from one to the next', () => {
    fc.assert(
      fc.property(orderable, (three) => {
        const [low, middle, high] = (three as Value[]).toSorted((left, right) => (apply('<', left, right) ? -1 : 1));
        expect(apply('<=', low!, middle!)).toBe(true);
        expect(apply('<=', middle!, high!)).toBe(true);
        expect(apply('<=', low!, high!)).toBe(true);
      }),
    );
  });
});
