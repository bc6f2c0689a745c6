import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { evaluateExpression } from './evaluate-expression.js';

/** Some of them fail for some elements: a text is not greater than a number, and 1 / 0 has no value. */
const predicates = fc.constantFrom('x > 1.0', 'x == "a"', 'true', 'false', '1 / int(x) > 0', 'x', 'size(x) > 0');
const ranges = fc.oneof(
  fc.array(fc.constantFrom<Json>(0, 1, 2, 'a', '', true, false, null), { maxLength: 5 }),
  fc.dictionary(fc.constantFrom('a', 'b', ''), fc.nat(), { noNullPrototype: true }),
);

/** The value, or `failed` when there is none. */
function valueOf(text: string, input: Json): Json {
  const evaluated = evaluateExpression(text, { tasks: () => undefined, input });
  return 'value' in evaluated ? evaluated.value : 'failed';
}

function elementsOf(range: Json): Json[] {
  return Array.isArray(range) ? range : Object.keys(range as object);
}

/** What the predicate says of each element. */
function verdictsOf(predicate: string, range: Json): Json[] {
  return elementsOf(range).map((element) => {
    const verdict = valueOf(predicate.replaceAll(/\bx\b/g, 'input'), element);
    return typeof verdict === 'boolean' ? verdict : 'failed';
  });
}

describe('loops', () => {
  it('hold for all or for some by what holds for each, and a failure counts only when nothing decides', () => {
    fc.assert(
      fc.property(predicates, ranges, (predicate, range) => {
        const verdicts = verdictsOf(predicate, range);
        const undecided = verdicts.includes('failed') ? 'failed' : undefined;
        expect(valueOf(`input.all(x, ${predicate})`, range)).toBe(
          verdicts.includes(false) ? false : (undecided ?? true),
        );
        expect(valueOf(`input.exists(x, ${predicate})`, range)).toBe(
          verdicts.includes(true) ? true : (undecided ?? false),
        );
      }),
    );
  });

  it('are each the other of the opposite: all is not exists of not', () => {
    fc.assert(
      fc.property(predicates, ranges, (predicate, range) => {
        expect(valueOf(`!input.exists(x, !(${predicate}))`, range)).toBe(valueOf(`input.all(x, ${predicate})`, range));
      }),
    );
  });

  it('choose and change the elements in their order, and fail when one of them does', () => {
    fc.assert(
      fc.property(predicates, ranges, (predicate, range) => {
        const [verdicts, elements] = [verdictsOf(predicate, range), elementsOf(range)];
        const chosen = elements.filter((_, at) => verdicts[at] === true);
        const isFailed = verdicts.includes('failed');
        expect(valueOf(`input.filter(x, ${predicate})`, range)).toEqual(isFailed ? 'failed' : chosen);
        expect(valueOf(`input.map(x, ${predicate}, [x])`, range)).toEqual(
          isFailed ? 'failed' : chosen.map((one) => [one]),
        );
        expect(valueOf(`input.exists_one(x, ${predicate})`, range)).toBe(isFailed ? 'failed' : chosen.length === 1);
        expect(valueOf('input.map(x, {"e": x})', range)).toEqual(elements.map((element) => ({ e: element })));
      }),
    );
  });
});
