import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { PlannedTask } from '#libs/contracts';
import { canonicalJson, hashOfTasks } from './canonical-json.js';

function withKeysReversed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withKeysReversed);
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, child]) => [key, withKeysReversed(child)]));
}

describe('canonicalJson', () => {
  it.each<[unknown, string]>([
    [{ b: 1, a: { d: [2, { f: 3, e: null }], c: 'x' } }, '{"a":{"c":"x","d":[2,{"e":null,"f":3}]},"b":1}'],
    [{ a: 1, b: undefined }, '{"a":1}'],
    [[], '[]'],
    [null, 'null'],
    ['"', String.raw`"\""`],
  ])('writes %j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('keeps a key named __proto__', () => {
    expect(canonicalJson(JSON.parse('{"z": 1, "__proto__": {"b": 1, "a": 2}}'))).toBe(
      '{"__proto__":{"a":2,"b":1},"z":1}',
    );
  });

  it('is the same text whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonicalJson(withKeysReversed(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('is JSON of the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('is another text for another value', () => {
    const leaf = fc.constantFrom<unknown>(1, '1', 'null', null, true, 'true', '', 0);
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 2 },
        leaf,
        fc.array(tie('tree'), { maxLength: 2 }),
        fc.dictionary(fc.constantFrom('a', 'b', '1', '10', '9'), tie('tree'), { maxKeys: 2, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, tree, (left, right) => {
        expect(canonicalJson(left) === canonicalJson(right)).toBe(isDeepStrictEqual(left, right));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('hashOfTasks', () => {
  const tasks = fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.jsonValue({ maxDepth: 1 })), {
    maxLength: 4,
  });
  const hashOf = (values: unknown[]) => hashOfTasks(values as PlannedTask[]);

  it('tells content and order of the tasks, and not the order of keys', () => {
    fc.assert(
      fc.property(tasks, tasks, (left, right) => {
        expect(hashOf(left.map(withKeysReversed))).toBe(hashOf(left));
        const isSame = canonicalJson(left) === canonicalJson(right);
        expect(hashOf(left) === hashOf(right)).toBe(isSame);
        const isPalindrome = canonicalJson(left.toReversed()) === canonicalJson(left);
        expect(hashOf(left.toReversed()) === hashOf(left)).toBe(isPalindrome);
      }),
    );
  });
});
