import { describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { evaluateCondition, evaluateExpression } from './evaluate-expression.js';
import type { ExpressionSources } from './expression-value.js';

const outputs: Record<string, Json> = {
  fetch: { pages: [{ n: 1 }, { n: 2.5 }, { n: 3 }], title: 'Über 😀', none: null, 'a-b': true },
  nothing: null,
  odd: JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}') as Json,
};
const sources: ExpressionSources = {
  tasks: (id) => outputs[id],
  input: { limit: 2, names: ['b', 'a'], deep: { on: true } },
  item: 'one',
  isAbsent: (id) => id === 'absent',
};

function valueOf(text: string): unknown {
  return evaluateExpression(text, sources);
}

describe('a value', () => {
  it.each<[string, Json]>([
    ['input', { limit: 2, names: ['b', 'a'], deep: { on: true } }],
    ['item + "!"', 'one!'],
    ['tasks.fetch.pages[1].n', 2.5],
    ['tasks["fetch"]["a-b"]', true],
    ['tasks.fetch.pages[input.limit].n', 3],
    ['tasks.nothing', null],
    ['tasks.absent', null],
    ['tasks.odd.constructor + tasks.odd.toString', 5],
    ['tasks.odd', outputs['odd']!],
    ['{"__proto__": 1}', JSON.parse('{"__proto__": 1}') as Json],
    ['{"a": [1, 2.5, "x", null, true]}', { a: [1, 2.5, 'x', null, true] }],
    ['7 / 2', 3],
    ['-7 / 2', -3],
    ['-7 % 3', -1],
    ['7.0 / 2.0', 3.5],
    ['tasks.fetch.pages[0].n + 1', 2],
    ['1 - tasks.fetch.pages[1].n', -1.5],
    ['int(tasks.fetch.pages[2].n) % 2', 1],
    ['9007199254740991', 9_007_199_254_740_991],
    ['0.0 * -1.0', 0],
    ['1 == 1.0 && 1 != 1.5', true],
    ['9007199254740993 == 9007199254740992.0', false],
    ['9007199254740993 > 9007199254740992.0', true],
    ['"a" < "b" && false < true && 1 < 1.5 && 2 >= 2', true],
    ['[1, {"a": 2.0}] == [1.0, {"a": 2}]', true],
    ['1 == "1" || null == false || [1] == [1, 2] || {"a": 1} == {"b": 1}', false],
    ['"a" in input.names && !("c" in input.names)', true],
    ['"limit" in input && !(1 in input) && !("toString" in input)', true],
    ['2 in [1.0, 2.0]', true],
    ['size("Über 😀") + size(input.names) + "ab".size() + size(input)', 13],
    ['int("-12") + int(3.9) + int(double("1.5"))', -8],
    ['string(1) + string(1.5) + string(true) + string("x")', '11.5truex'],
    ['bool("true") && !bool("0")', true],
    ['dyn([1, "a"])', [1, 'a']],
    ['dyn(null)', null],
    ['"hello".contains("ell") && "hello".startsWith("he") && "hello".endsWith("lo")', true],
    ['"ÄAzZ[@Ł".lowerAscii() + "äaZz{`š".upperAscii() + " x ".trim()', 'Äazz[@ŁäAZZ{`šx'],
    ['"a,b".split(",") + "😀b".split("")', ['a', 'b', '😀', 'b']],
    ['input.names.join("-") + ["x", "y"].join()', 'b-axy'],
    ['input.deep.on ? "yes" : 1 / 0', 'yes'],
    ['[1, 2, 3].map(x, x * 2)', [2, 4, 6]],
    ['[1, 2, 3].map(x, x > 1, x * 2)', [4, 6]],
    ['[1, 2, 3].filter(x, x != 2)', [1, 3]],
    ['input.map(key, key)', ['limit', 'names', 'deep']],
    [
      '[1, 2].map(x, [10, 20].map(y, x + y))',
      [
        [11, 21],
        [12, 22],
      ],
    ],
    ['[1, 2].map(x, [x].map(x, x + 1)[0] + x)', [3, 5]],
    ['[1, 2, 2].exists_one(x, x == 1) && ![1, 2, 2].exists_one(x, x == 2)', true],
    ['[].all(x, false) && ![].exists(x, true)', true],
    ['has(input.deep.on) && !has(input.deep.off) && has(tasks.fetch.none)', true],
    ['!has(input.toString) && !has(tasks.absent.x) && !has(tasks.nothing.x)', true],
    ['has(tasks.fetch) && has(tasks.nothing) && !has(tasks.absent)', true],
  ])('of %s', (text, value) => {
    expect(valueOf(text)).toEqual({ value });
  });

  it.each<[string, boolean]>([
    ['false && input.none', false],
    ['input.none && false', false],
    ['true || input.none', true],
    ['input.none || true', true],
    ['1 && false', false],
    ['[1, 0, 2].exists(x, 2 / x == 1)', true],
    ['[0, 1].all(x, 1 / x == 2)', false],
  ])('of %s, whatever fails beside it', (text, value) => {
    expect(valueOf(text)).toEqual({ value });
  });
});

describe('a failure', () => {
  it.each<[string, string, number]>([
    ['input.nme', 'there is no key "nme"', 7],
    ['tasks.fetch.pages[0].m', 'there is no key "m"', 22],
    ['input.toString', 'there is no key "toString"', 7],
    ['input.deep.off.x', 'there is no key "off"', 12],
    ['has(input.none.x)', 'there is no key "none"', 11],
    ['has(item.x)', 'a value of type string has no fields', 10],
    ['tasks.nothing.x', 'a value of type null has no fields', 15],
    ['input.names[2]', 'a list of 2 has no element 2', 1],
    ['input.names[-1]', 'a list of 2 has no element -1', 1],
    ['input.names[0.5]', 'a list of 2 has no element 0.5', 1],
    ['input.names["x"]', 'a list of 2 has no element at a string', 1],
    ['input[1]', 'a map has texts as keys, not values of type int', 1],
    ['tasks.gone.x', 'the task "gone" has no output', 7],
    ['1 / 0', 'division by zero', 1],
    ['1 % 0', 'division by zero', 1],
    ['9223372036854775807 + 1', 'the int is beyond 64 bits', 1],
    ['-9223372036854775808 / -1', 'the int is beyond 64 bits', 1],
    ['-(-9223372036854775808)', 'the int is beyond 64 bits', 1],
    ['int(1e19)', 'the int is beyond 64 bits', 1],
    ['input.limit % 2', 'write int(x) % 2', 1],
    ['1 + "a"', '+ does not take (int, string)', 1],
    ['true + true', '+ does not take (bool, bool)', 1],
    ['"a" < 1', '< does not take (string, int)', 1],
    ['null < 1', '< does not take (null, int)', 1],
    ['1 in 2', 'in does not take (int, int)', 1],
    ['!1', '! does not take (int)', 1],
    ['-"a"', '- does not take (string)', 1],
    ['size(1)', 'size() does not take (int)', 1],
    ['[1].join(",")', 'join() does not take (list, string)', 1],
    ['item.contains(1)', 'contains() does not take (string, int)', 1],
    ['int("x")', '"x" cannot be read as int', 1],
    ['int("")', '"" cannot be read as int', 1],
    ['double("0x1")', '"0x1" cannot be read as double', 1],
    ['bool("yes")', '"yes" cannot be read as bool', 1],
    ['1 ? 2 : 3', 'needs a bool and gets a value of type int', 1],
    ['true && 1', 'needs a bool and gets a value of type int', 1],
    ['[1].filter(x, x)', 'needs a bool and gets a value of type int', 1],
    ['[0].all(x, 1 / x == 1)', 'division by zero', 12],
    ['[1, 0].exists(x, 2 / x == 1)', 'division by zero', 18],
    ['(1).map(x, x)', 'a value of type int has no elements to go through', 2],
    ['{"a": 1, "a": 2}', 'the key "a" is there twice', 1],
    ['{item + "": 1, string(1): 2, input.limit: 3}', 'a map has texts as keys, not values of type double', 1],
    ['9007199254740992', 'beyond 2^53, where JSON is rounded; write string(x)', 1],
    ['[1.0 / 0.0]', 'the double Infinity has no form in JSON', 1],
    ['0.0 / 0.0', 'the double NaN has no form in JSON', 1],
  ])('of %s', (text, why, character) => {
    const message = expect.stringContaining(`${why} (at character ${character})`);
    expect(valueOf(text)).toEqual({ failure: { code: 'EXPRESSION_FAILED', message } });
  });

  it.each([
    ['input', 'the directive has no input'],
    ['item', 'the task is not part of a fan-out'],
  ])('of %s where there is none', (text, why) => {
    const message = expect.stringContaining(why);
    expect(evaluateExpression(text, { tasks: () => undefined })).toEqual({
      failure: { code: 'EXPRESSION_FAILED', message },
    });
  });

  it('of a text that is no expression names text and place', () => {
    expect(valueOf('tasks.a +')).toEqual({
      failure: {
        code: 'EXPRESSION_INVALID',
        message: 'the expression "tasks.a +" has no value: Unexpected token: EOF (at character 10)',
      },
    });
  });
});

describe('evaluateCondition', () => {
  it.each([
    ['input.limit > 1', true],
    ['tasks.fetch.pages.all(p, p.n > 1)', false],
  ])('says whether %s holds', (text, holds) => {
    expect(evaluateCondition(text, sources)).toEqual({ holds });
  });

  it.each([
    ['1', 'double'],
    ['"true"', 'string'],
    ['tasks.nothing', 'null'],
    ['input.names', 'list'],
  ])('does not take %s for true or false', (text, kind) => {
    const message = expect.stringContaining(`a condition is true or false, and this is of type ${kind}`);
    expect(evaluateCondition(text, sources)).toEqual({ failure: { code: 'CONDITION_NOT_BOOLEAN', message } });
  });

  it('fails where its expression does', () => {
    expect(evaluateCondition('input.nme > 1', sources)).toHaveProperty('failure.code', 'EXPRESSION_FAILED');
  });
});
