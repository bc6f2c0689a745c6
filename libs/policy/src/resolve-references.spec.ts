import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { looksLikeReference, type Json } from '#libs/contracts';
import { collectReferences, resolveReferences, type ReferenceSources } from './resolve-references.js';

const outputs: Record<string, Json> = {
  fetch: { text: 'hello', list: [1, { 'a/b': 2 }] },
  nothing: null,
  evil: { $task: 'fetch' },
};
const sources: ReferenceSources = {
  tasks: (id) => outputs[id],
  input: { folder: 'docs', deep: { 'x~y': true } },
  item: { path: 'a.md' },
};

describe('collectReferences', () => {
  it('finds each reference with its place, in the order of the document', () => {
    const template: Json = {
      'a/b': [{ $task: 'fetch', path: '/text' }, 1],
      c: { $input: '' },
      d: { e: { $item: '/path' } },
    };
    expect(collectReferences(template)).toEqual({
      references: [
        { pointer: '/a~1b/0', reference: { $task: 'fetch', path: '/text' } },
        { pointer: '/c', reference: { $input: '' } },
        { pointer: '/d/e', reference: { $item: '/path' } },
      ],
      malformed: [],
    });
  });

  it('finds what an expression reads, after the expression and at its place', () => {
    const pointer = '/at/0';
    const $cel = 'tasks.fetch.n + input.n + item.n + tasks["b-c"].n';
    expect(collectReferences({ at: [{ $cel }, { $cel: '1 + 1' }] })).toEqual({
      references: [
        { pointer, reference: { $cel } },
        { pointer, reference: { $task: 'fetch' }, isInExpression: true },
        { pointer, reference: { $task: 'b-c' }, isInExpression: true },
        { pointer, reference: { $input: '' }, isInExpression: true },
        { pointer, reference: { $item: '' }, isInExpression: true },
        { pointer: '/at/1', reference: { $cel: '1 + 1' } },
      ],
      malformed: [],
    });
  });

  it.each([
    ['tasks.fetch +', 'Unexpected token: EOF (at character 14)'],
    ['fetch.text', 'there is no variable "fetch"'],
    ['', 'Unexpected token'],
    [`"${'x'.repeat(2_000)}"`, '2000 is the limit'],
  ])('calls an expression %s malformed', ($cel, why) => {
    const detail = expect.stringContaining(`the expression of "$cel" cannot be used: `);
    const { references, malformed } = collectReferences({ at: { $cel } });
    expect(references).toEqual([]);
    expect(malformed).toEqual([{ pointer: '/at', detail }]);
    expect(malformed[0]!.detail).toContain(why);
  });

  it('reads a million characters of expressions and no more', () => {
    const template = Array.from({ length: 20_002 }, (_, at) => ({ $cel: String(at) }));
    const { references, malformed } = collectReferences(template);
    expect(references).toHaveLength(20_000);
    expect(malformed[0]).toEqual({
      pointer: '/20000',
      detail: expect.stringContaining('more than 1000000 characters'),
    });
  });

  it.each<Json>([
    { $task: 1 },
    { $cel: 1 },
    { $cel: '1', path: '/a' },
    { $cel: '1', $input: '' },
    { $task: 'fetch', path: 'text' },
    { $task: 'fetch', path: '/a~2' },
    { $task: 'fetch', other: 1 },
    { $task: 'fetch', $item: '' },
    { $input: 'folder' },
    { $input: `/${'x'.repeat(1_000)}` },
    { $item: null },
  ])('calls %j malformed', (reference) => {
    const { references, malformed } = collectReferences({ at: [reference] });
    expect(references).toEqual([]);
    expect(malformed).toEqual([{ pointer: '/at/0', detail: expect.stringContaining('a reference is') }]);
  });

  it('survives a path of four million slashes', () => {
    expect(collectReferences({ $input: '/'.repeat(4_000_000) }).malformed).toHaveLength(1);
  });
});

describe('resolveReferences', () => {
  it.each<[string, Json, Json]>([
    ['a scalar', 7, 7],
    ['a whole output', { $task: 'fetch' }, { text: 'hello', list: [1, { 'a/b': 2 }] }],
    ['a part of an output', { a: { $task: 'fetch', path: '/text' } }, { a: 'hello' }],
    ['an array index and an escape', [{ $task: 'fetch', path: '/list/1/a~1b' }], [2]],
    ['an output that is null', { $task: 'nothing' }, null],
    ['the input', { $input: '/deep/x~0y' }, true],
    ['the item', { nested: [[{ $item: '/path' }]] }, { nested: [['a.md']] }],
    ['data that looks like a reference, once only', { a: { $task: 'evil' } }, { a: { $task: 'fetch' } }],
    ['a computed value', { a: [{ $cel: 'size(tasks.fetch.list) + 1' }] }, { a: [3] }],
    ['a computed part of input and item', { $cel: '{"to": input.folder + "/" + item.path}' }, { to: 'docs/a.md' }],
    ['a computed value that looks like a reference', { $cel: '{"$cel": "tasks.evil"}' }, { $cel: 'tasks.evil' }],
    ['a computed null', [{ $cel: 'tasks.nothing' }, { $cel: 'tasks.nothing' }], [null, null]],
  ])('puts in %s', (_, template, value) => {
    expect(resolveReferences(template, sources)).toEqual({ value });
  });

  it.each<[string, Json, string]>([
    ['a task without output', { $task: 'gone' }, '{"$task":"gone"} has no value: the task "gone" has no output'],
    ['a path that is not there', { $task: 'fetch', path: '/x' }, 'there is nothing at the path "/x"'],
    ['a path into null', { $task: 'nothing', path: '/x' }, 'there is nothing at the path "/x"'],
    ['the first of two', [{ $task: 'gone' }, { $task: 'lost' }], 'the task "gone" has no output'],
  ])('fails on %s', (_, template, message) => {
    const failure = { code: 'REFERENCE_UNRESOLVED', message: expect.stringContaining(message) };
    expect(resolveReferences(template, sources)).toEqual({ failure });
  });

  it.each<[Json, string]>([
    [{ $input: '' }, 'the directive has no input'],
    [{ $item: '' }, 'the task is not part of a fan-out'],
  ])('fails on %j without such a source', (template, message) => {
    const failure = { code: 'REFERENCE_UNRESOLVED', message: expect.stringContaining(message) };
    expect(resolveReferences(template, { tasks: () => undefined })).toEqual({ failure });
  });

  it('fails on a malformed reference', () => {
    const failure = {
      code: 'REFERENCE_INVALID',
      message: expect.stringContaining('{"$task":1} is malformed'),
    };
    expect(resolveReferences({ $task: 1 }, sources)).toEqual({ failure });
  });

  it.each<[string, Json, string, string]>([
    ['a missing key', { $cel: 'tasks.fetch.x' }, 'EXPRESSION_FAILED', 'there is no key "x" (at character 13)'],
    ['a task without output', { $cel: 'tasks.gone.x' }, 'EXPRESSION_FAILED', 'the task "gone" has no output'],
    ['an expression that is none', { $cel: '1 +' }, 'EXPRESSION_INVALID', 'Unexpected token'],
    ['the first of two', [{ $cel: '1 / 0' }, { $task: 'gone' }], 'EXPRESSION_FAILED', 'division by zero'],
  ])('fails on %s in an expression', (_, template, code, message) => {
    expect(resolveReferences(template, sources)).toEqual({
      failure: { code, message: expect.stringContaining(message) },
    });
  });

  it('lets all expressions of a template take the steps of one, and computes the same text once', () => {
    const numbers = Array.from({ length: 10_000 }, (_, at) => at);
    const many: ReferenceSources = { tasks: () => undefined, input: numbers };
    const same = Array.from({ length: 100 }, () => ({ $cel: 'input.all(x, x >= 0)' }));
    const different = same.map((_, at) => ({ $cel: `input.all(x, x >= -${at})` }));
    expect(resolveReferences(same, many)).toEqual({ value: same.map(() => true) });
    expect(resolveReferences(different, many)).toHaveProperty('failure.code', 'EXPRESSION_LIMIT');
  });

  it('gives null for an expression that reads an optional task that ended without an output', () => {
    const isAbsent = (id: string) => id === 'gone';
    const template = { $cel: '[tasks.gone, has(tasks.gone.x), has(tasks.gone)]' };
    expect(resolveReferences(template, { ...sources, isAbsent })).toEqual({ value: [null, false, false] });
  });

  it('gives null for an optional task that ended without an output, whatever the path', () => {
    const isAbsent = (id: string) => id === 'gone';
    expect(resolveReferences([{ $task: 'gone', path: '/a/b' }], { ...sources, isAbsent })).toEqual({
      value: [null],
    });
  });

  it('refuses to multiply a large value beyond the limit', () => {
    const template = Array.from({ length: 10 }, () => ({ $task: 'large' }));
    const large: ReferenceSources = { tasks: () => 'x'.repeat(98) };
    expect(resolveReferences(template, large, 1_000)).toHaveProperty('value');
    const computed = template.map((_, at) => ({ $cel: `tasks.large + "${at}"` }));
    expect(resolveReferences(computed, large, 1_000)).toHaveProperty('failure.code', 'INPUT_TOO_LARGE');
    expect(resolveReferences([...template, { $task: 'large' }], large, 1_000)).toEqual({
      failure: { code: 'INPUT_TOO_LARGE', message: expect.stringContaining('1000 bytes') },
    });
  });

  it('leaves a template without references as it is', () => {
    const hasNone = (value: Json): boolean =>
      !looksLikeReference(value) &&
      (typeof value !== 'object' || value === null || Object.values(value).every((child) => hasNone(child)));
    const templates = fc
      .jsonValue()
      .map((value) => JSON.parse(JSON.stringify(value)) as Json)
      .filter(hasNone);
    fc.assert(
      fc.property(templates, (template) => {
        expect(resolveReferences(template, sources)).toEqual({ value: template });
      }),
    );
  });

  it('keeps a key named __proto__ as data', () => {
    const template = JSON.parse('{"__proto__": {"a": {"$input": "/folder"}}}') as Json;
    const resolved = resolveReferences(template, sources);
    expect(JSON.stringify(resolved)).toBe('{"value":{"__proto__":{"a":"docs"}}}');
  });
});
