import { describe, expect, it } from '@jest/globals';
import { checkExpression } from './check-expression.js';

const nothing = { tasks: [], input: false, item: false };

describe('checkExpression', () => {
  it.each<[string, object]>([
    ['1 + 2 * 3 > 4', nothing],
    ['input.limit > 3', { ...nothing, input: true }],
    ['item.path', { ...nothing, item: true }],
    ['tasks.a.n > 1 && tasks["my-task.2"].ok || tasks.a.m', { ...nothing, tasks: ['a', 'my-task.2'] }],
    ['has(tasks.a)', { ...nothing, tasks: ['a'] }],
    ['has(tasks.a.b.c)', { ...nothing, tasks: ['a'] }],
    ['has(tasks["a"].b)', { ...nothing, tasks: ['a'] }],
    ['false && tasks.never.x', { ...nothing, tasks: ['never'] }],
    ['tasks.a.list.map(x, tasks.b.list.filter(y, y == x))', { ...nothing, tasks: ['a', 'b'] }],
    ['{"tasks": 1}.tasks', nothing],
    ['[1].all(x, [2].exists(x, x == 2))', nothing],
    ['"tasks.a" + "input"', nothing],
    ['-9223372036854775808', nothing],
    ['1 // tasks.a', nothing],
  ])('says what %s reads', (text, reads) => {
    expect(checkExpression(text)).toEqual({ reads });
  });

  it.each<[string, string, number]>([
    ['', 'Unexpected token', 1],
    ['1 +', 'Unexpected token', 4],
    ['"abc', 'Unterminated string', 1],
    ['a == 1', 'there is no variable "a": there are input, tasks', 1],
    ['tasks.my-task.ok', 'there is no variable "task"', 10],
    ['[1].all(x, y)', 'there is no variable "y"', 12],
    ['[1].all(x, true) && x', 'there is no variable "x"', 21],
    ['string', 'there is no variable "string"', 1],
    ['constructor', 'there is no variable "constructor"', 1],
    ['size(tasks)', '"tasks" is read one task at a time', 6],
    ['tasks.all(t, true)', '"tasks" is read one task at a time', 1],
    ['tasks[input.which]', 'takes the id of a task as a text in quotes', 13],
    ['tasks["a" + "b"]', 'takes the id of a task as a text in quotes', 7],
    ['tasks[1]', 'takes the id of a task as a text in quotes', 7],
    ['now()', 'there is no function "now" that is called like this; the functions are all, bool', 1],
    ['input.a.matches("(a+)+$")', 'there is no function "matches"', 1],
    ['timestamp("2026-01-01T00:00:00Z")', 'there is no function "timestamp"', 1],
    ['size(1, 2)', 'there is no function "size" that is called like this', 1],
    ['constructor()', 'there is no function "constructor"', 1],
    ['input.constructor()', 'there is no function "constructor"', 1],
    ['has(input)', 'has() takes a field', 5],
    ['has(input["a"])', 'has() takes a field', 5],
    ['[1].map(input, 1)', '"input" is the name of a variable', 9],
    ['[1].map(1, 1)', 'invalid predicate iteration variable', 9],
    ['1u', 'no bytes and no uint', 1],
    ['b"a"', 'no bytes and no uint', 1],
    ['9223372036854775808', 'an int has 64 bits', 1],
    ['{1: 2}', 'a map has texts as keys', 2],
    ['input.?a', 'Expected IDENTIFIER', 7],
    [`${'('.repeat(101)}1${')'.repeat(101)}`, 'maxDepth (100)', 101],
    [`${'!'.repeat(100)}true`, 'nested deeper than 100 levels', 101],
    [`1${' + 1'.repeat(100)}`, 'nested deeper than 100 levels', 1],
    [`1${'+1'.repeat(999)}`, 'Exceeded maxAstNodes (1000)', 1],
    [`"${'a'.repeat(1_999)}"`, 'an expression of 2001 characters is too long: 2000 is the limit', 1],
  ])('refuses %s', (text, why, character) => {
    const checked = checkExpression(text);
    expect(checked).toEqual({ fault: expect.stringContaining(why) });
    expect(checked).toEqual({ fault: expect.stringContaining(`(at character ${character})`) });
  });

  it('gives the same answer after a thousand other expressions', () => {
    const first = checkExpression('tasks.a.n > 1');
    for (let at = 0; at < 1_000; at += 1) checkExpression(`tasks.t${at}.n + f${at}()`);
    expect(checkExpression('tasks.a.n > 1')).toEqual(first);
  });
});
