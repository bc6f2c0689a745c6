import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { parsePointer, pointerSegment, readPointer } from './json-pointer.js';

// The examples of RFC 6901, section 5.
const document: Json = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('readPointer', () => {
  it.each<[string, Json]>([
    ['', document],
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/i\\j', 5],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('reads %j', (pointer, value) => {
    expect(readPointer(document, pointer)).toEqual(value);
  });

  it.each([
    '/nothing',
    '/foo/2',
    '/foo/-',
    '/foo/00',
    '/foo/length',
    '/foo/0/0',
    '/nothing/below',
    '/constructor',
    '/__proto__',
    'foo',
    '/m~2n',
    '/m~',
  ])('finds nothing at %j', (pointer) => {
    expect(readPointer(document, pointer)).toBeUndefined();
  });

  it('reads an own key named __proto__', () => {
    expect(readPointer(JSON.parse('{"__proto__": 1}') as Json, '/__proto__')).toBe(1);
  });
});

it('takes any key through a pointer and back', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (keys) => {
      const pointer = keys.map((key) => `/${pointerSegment(key)}`).join('');
      expect(parsePointer(pointer)).toEqual(keys);
    }),
  );
});
