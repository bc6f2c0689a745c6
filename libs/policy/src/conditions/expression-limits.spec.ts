import { describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { evaluateExpression } from './evaluate-expression.js';
import type { ExpressionSources } from './expression-value.js';
import { StepBudget } from './step-budget.js';

describe('a limit of expressions', () => {
  const numbers = Array.from({ length: 10_000 }, (_, at) => at);
  const large: ExpressionSources = {
    tasks: () => undefined,
    input: {
      numbers,
      a: 'a'.repeat(1_000_000),
      half: 'a'.repeat(500_000),
      digits: '1'.repeat(1_000_000),
      mixed: 'aA'.repeat(500_000),
      rows: numbers.map((n) => ({ id: n, tags: ['x', 'y'] })),
    },
  };
  const doubled = (start: string, step: string) => `[${start}]${`.map(s, ${step})`.repeat(60)}`;

  it.each([
    ['input.numbers.all(x, input.numbers.all(y, x + y >= 0))'],
    ['input.numbers.map(x, input.numbers.map(y, [x, y]))'],
    ['input.numbers.exists(x, input.numbers.exists(y, 1 / 0 == 1))'],
    ['input.numbers.all(x, x in input.numbers)'],
    ['input.numbers.all(x, input.numbers == input.numbers)'],
    ['input.numbers.map(x, input.numbers)'],
    ['input.numbers.all(x, input.numbers.all(y, true)) || true'],
    [doubled('"x"', 's + s')],
    [doubled('[1]', 's + s')],
    [doubled('1', '[s, s]')],
    [`${doubled('1', '[s, s]')} == ${doubled('1', '[s, s]')}`],
    [doubled('"x"', '{"a": s, "b": s}')],
    ['input.a + input.half'],
    ['input.numbers.map(x, input.a)'],
    ['input.numbers.map(x, input.a + "b").all(s, s != input.a)'],
    ['input.a.contains(input.half + "b")'],
    ['input.numbers.exists(x, input.a.contains("aaaaaaaaaaaaaaab"))'],
    ['input.a.split("")'],
    ['input.numbers.all(x, size(input.a) > 0)'],
    ['input.numbers.all(x, input.mixed.upperAscii() != "")'],
    ['input.numbers.map(x, string(x)).join(input.a)'],
    ['input.rows.map(r, input.rows.filter(s, s.id == r.id))'],
  ])('ends %s', (text) => {
    expect(evaluateExpression(text, large)).toEqual({
      failure: { code: 'EXPRESSION_LIMIT', message: expect.stringMatching(/which is the limit/) },
    });
  });

  it.each<[string, Json]>([
    ['input.rows.all(r, r.id >= 0 && "x" in r.tags && size(r.tags) == 2)', true],
    ['size(input.rows.filter(r, r.tags.exists(t, t == "y")))', 10_000],
    ['input.numbers.map(x, x + 1)[9999]', 10_000],
    ['input.a.contains("b") || size(input.a) == 1000000', true],
  ])('lets %s through', (text, value) => {
    expect(evaluateExpression(text, large)).toEqual({ value });
  });

  it.each([['int(input.digits)'], ['double(input.digits)']])('is not needed for %s', (text) => {
    expect(evaluateExpression(text, large)).toHaveProperty('failure.code', 'EXPRESSION_FAILED');
  });

  it('is of the bytes of the value, not of its characters', () => {
    const text = (chars: number): Json => 'ü'.repeat(chars);
    const half = 512 * 1024;
    expect(evaluateExpression('input', { tasks: () => undefined, input: text(half - 1) })).toHaveProperty('value');
    expect(evaluateExpression('input', { tasks: () => undefined, input: text(half) })).toEqual({
      failure: { code: 'EXPRESSION_LIMIT', message: expect.stringContaining('1048576 bytes') },
    });
  });

  it('is of the depth of the value, and of what is compared', () => {
    let deep: Json = 1;
    for (let level = 0; level < 20_000; level += 1) deep = [deep];
    const nested: ExpressionSources = { tasks: () => undefined, input: deep };
    for (const text of ['input', '[input] == [input]']) {
      expect(evaluateExpression(text, nested)).toHaveProperty('failure.code', 'EXPRESSION_LIMIT');
    }
    expect(evaluateExpression('size(input)', nested)).toEqual({ value: 1 });
  });

  it('is of all expressions that share a budget', () => {
    const budget = new StepBudget();
    const evaluate = () => evaluateExpression('input.numbers.all(x, x >= 0)', large, budget);
    expect(evaluate()).toEqual({ value: true });
    const outcomes = Array.from({ length: 20 }, evaluate);
    expect(outcomes.at(-1)).toHaveProperty('failure.code', 'EXPRESSION_LIMIT');
    expect(evaluateExpression('1', large, budget)).toHaveProperty('failure.code', 'EXPRESSION_LIMIT');
  });
});
