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

  it.each<Json>([
    { $task: 1 },
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
