import { describe, expect, it } from '@jest/globals';
import { Environment } from '@marcbachmann/cel-js';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { checkExpression } from './check-expression.js';
import { evaluateCondition, evaluateExpression } from './evaluate-expression.js';
import type { ExpressionSources } from './expression-value.js';

const json = fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const taskIds = ['a', 'b', 'c-d'];
const sources: fc.Arbitrary<ExpressionSources> = fc
  .record({ input: json, item: json, outputs: fc.array(json, { minLength: 2, maxLength: 3 }) })
  .map(({ input, item, outputs }) => ({
    input,
    item,
    tasks: (id) => outputs[taskIds.indexOf(id)],
    isAbsent: (id) => outputs[taskIds.indexOf(id)] === undefined,
  }));

const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));
const word = (...words: string[]) => fc.constantFrom(...words);

/** Names and forms are right; kinds are whatever comes. */
const { expression: anyExpression } = fc.letrec<{ expression: string }>((tie) => {
  const any = tie('expression');
  const leaf = word('1', '0', '-2', '1.5', '"x"', '""', 'true', 'null', '[]', '{}', 'input', 'item', 'tasks.a');
  const read = word('tasks.b.x', 'tasks["c-d"]', 'input.a', 'input["b"]', 'item[0]', 'has(tasks.a.x)', 'has(tasks.b)');
  const operator = word(' + ', ' - ', ' * ', ' / ', ' % ', ' == ', ' != ', ' < ', ' >= ', ' in ', ' && ', ' || ');
  const call = word('size(', 'int(', 'string(', 'double(', 'bool(', 'dyn(');
  const method = word('.contains(', '.startsWith(', '.split(', '.join(');
  const loop = word(
    '.all(x, ',
    '.exists(x, ',
    '.exists_one(x, x == ',
    '.filter(x, x == ',
    '.map(x, ',
    '.map(x, true, ',
  );
  return {
    expression: fc.oneof(
      { maxDepth: 5, depthIdentifier: 'expression' },
      leaf,
      read,
      joined(word('('), any, operator, any, word(')')),
      joined(word('('), any, word(' ? '), any, word(' : '), any, word(')')),
      joined(word('!(', '-('), any, word(')')),
      joined(call, any, word(')')),
      joined(word('('), any, word(')'), method, any, word(')')),
      joined(word('('), any, word(')'), loop, any, word(')')),
      joined(word('('), any, word(').map(x, [x, '), any, word('])')),
      joined(word('['), any, word(', '), any, word(']')),
      joined(word('{"k": '), any, word('}.k', '}["k"]', '}')),
    ),
  };
});

/** Each generator gives texts of one kind, so that the library's checker accepts them. */
const typed = fc.letrec<{ int: string; double: string; bool: string; text: string; list: string }>((tie) => {
  const [int, double, bool, text, list] = [tie('int'), tie('double'), tie('bool'), tie('text'), tie('list')];
  const parts = { maxDepth: 4, depthIdentifier: 'typed' };
  const pair = (left: fc.Arbitrary<string>, operator: fc.Arbitrary<string>, right: fc.Arbitrary<string>) =>
    joined(word('('), left, operator, right, word(')'));
  const choice = (kind: fc.Arbitrary<string>) =>
    joined(word('('), bool, word(' ? '), kind, word(' : '), kind, word(')'));
  const calculation = word(' + ', ' - ', ' * ', ' / ');
  const order = word(' < ', ' <= ', ' > ', ' >= ', ' == ', ' != ');
  const predicate = joined(word('x > ', 'x == ', '10 / x == ', 'x % 3 == '), int);
  return {
    int: fc.oneof(
      parts,
      word('0', '1', '2', '7', '-3', '4611686018427387904'),
      pair(int, fc.oneof(calculation, word(' % ')), int),
      joined(word('size('), fc.oneof(text, list), word(')')),
      joined(list, word('['), int, word(']')),
      word('int(1.5)', 'int(-2.25)', 'int(1e10)'),
      choice(int),
    ),
    double: fc.oneof(
      parts,
      word('0.0', '1.5', '-2.25', '1e10'),
      pair(double, calculation, double),
      joined(word('double('), int, word(')')),
    ),
    bool: fc.oneof(
      parts,
      word('true', 'false'),
      pair(bool, word(' && ', ' || '), bool),
      pair(int, order, int),
      pair(double, order, double),
      pair(text, order, text),
      pair(list, word(' == ', ' != '), list),
      pair(int, word(' in '), list),
      joined(word('!'), bool),
      joined(text, word('.contains(', '.startsWith(', '.endsWith('), text, word(')')),
      joined(list, word('.all(x, ', '.exists(x, ', '.exists_one(x, '), predicate, word(')')),
    ),
    text: fc.oneof(
      parts,
      word('""', '"a"', '"ab"', "'ü😀'", 'r"\\n"'),
      pair(text, word(' + '), text),
      joined(word('string('), fc.oneof(int, bool), word(')')),
      joined(text, word('.lowerAscii()', '.trim()', '.split("a").join("b")')),
      choice(text),
    ),
    list: fc.oneof(
      parts,
      joined(word('['), int, word(', '), int, word(']')),
      pair(list, word(' + '), list),
      joined(list, word('.map(x, x * '), int, word(')')),
      joined(list, word('.filter(x, '), predicate, word(')')),
    ),
  };
});

/** As JSON has it; undefined where there is no such value. */
function plain(value: unknown): Json | undefined {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : undefined;
  if (!Array.isArray(value)) return value as Json;
  const elements = value.map(plain);
  return elements.includes(undefined) ? undefined : (elements as Json[]);
}

function valueByLibrary(text: string): Json | undefined {
  try {
    return plain(new Environment().evaluate(text));
  } catch {
    return undefined;
  }
}

describe('expressions', () => {
  it('are read or refused, and never throw, whatever the text', () => {
    const damaged = fc
      .tuple(anyExpression, fc.nat(), fc.nat(3), fc.string({ maxLength: 2 }))
      .map(([text, at, length, put]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + put + text.slice(start + length);
      });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), damaged), sources, (text, given) => {
        const evaluated = evaluateExpression(text, given);
        const isRefused = 'fault' in checkExpression(text);
        const code = 'failure' in evaluated ? evaluated.failure.code : undefined;
        expect(code === 'EXPRESSION_INVALID').toBe(isRefused);
      }),
      { numRuns: 2_000 },
    );
  });

  it('fail for values and limits only, once they are accepted', () => {
    fc.assert(
      fc.property(anyExpression, sources, (text, given) => {
        fc.pre(text.length <= 2_000);
        expect(checkExpression(text)).toHaveProperty('reads');
        const evaluated = evaluateExpression(text, given);
        const code = 'failure' in evaluated ? evaluated.failure.code : 'none';
        const message = 'failure' in evaluated ? evaluated.failure.message : '';
        expect(['none', 'EXPRESSION_FAILED', 'EXPRESSION_LIMIT']).toContain(code);
        expect(message).not.toMatch(/there is no (variable|function)/);
        expect(JSON.parse(JSON.stringify(evaluated))).toEqual(evaluated);
      }),
      { numRuns: 2_000 },
    );
  });

  it('give the same value each time, and leave what they read as it was', () => {
    fc.assert(
      fc.property(anyExpression, sources, (text, given) => {
        const before = JSON.stringify([given.input, given.item, ...taskIds.map(given.tasks)]);
        const first = evaluateExpression(text, given);
        expect(evaluateExpression(text, given)).toEqual(first);
        expect(JSON.stringify([given.input, given.item, ...taskIds.map(given.tasks)])).toBe(before);
      }),
    );
  });

  it('read the tasks that their text names, and ask for no other', () => {
    fc.assert(
      fc.property(anyExpression, sources, (text, given) => {
        const checked = checkExpression(text);
        if ('fault' in checked) return;
        const named = text.matchAll(/tasks(?:\.(\w+)|\["([^"]+)"\])/g);
        expect(new Set(checked.reads.tasks)).toEqual(new Set([...named].map(([, id, quoted]) => id ?? quoted)));
        const asked = new Set<string>();
        evaluateExpression(text, { ...given, tasks: (id) => (asked.add(id), given.tasks(id)) });
        expect(checked.reads.tasks).toEqual(expect.arrayContaining([...asked]));
      }),
    );
  });

  it('hold, or do not, or fail, as conditions', () => {
    fc.assert(
      fc.property(anyExpression, sources, (text, given) => {
        const value = evaluateExpression(text, given);
        const isBool = 'value' in value && typeof value.value === 'boolean';
        expect('holds' in evaluateCondition(text, given)).toBe(isBool);
      }),
    );
  });

  it('have the value that the library gives them', () => {
    const text = fc.oneof(typed.int, typed.double, typed.bool, typed.text, typed.list);
    fc.assert(
      fc.property(text, (expression) => {
        const evaluated = evaluateExpression(expression, { tasks: () => undefined });
        expect('value' in evaluated ? evaluated.value : undefined).toEqual(valueByLibrary(expression));
      }),
      { numRuns: 3_000 },
    );
  });
});
