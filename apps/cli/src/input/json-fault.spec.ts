import { describe, expect, it } from '@jest/globals';
import { assert, constantFrom, json, nat, property } from 'fast-check';
import { findJsonFault } from './json-fault.js';

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('the place of a JSON fault', () => {
  it.each([
    ['{"a": 1,}', 8],
    ['[1 2]', 3],
    ['{"a" 1}', 5],
    ['{a: 1}', 1],
    ["{'a': 1}", 1],
    ['{"a": "open', 6],
    ['[1, 2', 5],
    ['', 0],
    ['{} extra', 3],
    ['[01]', 1],
    ['[truex]', 1],
    ['[1.]', 1],
    ['["a\nb"]', 1],
    [']', 0],
    ['{"a": ]', 6],
    ['{"a": 1]', 7],
  ])('finds it in %j at %d', (text, offset) => {
    expect(isJson(text)).toBe(false);
    expect(findJsonFault(text)).toBe(offset);
  });

  it('finds none in any JSON', () => {
    assert(
      property(json(), nat(3), (text, indent) => {
        expect(findJsonFault(JSON.stringify(JSON.parse(text), null, indent))).toBeUndefined();
      }),
    );
  });

  it('agrees with JSON.parse on JSON with one character changed or removed', () => {
    const edit = constantFrom(...',:"{}[]\\1-e.x\n\0'.split(''), '');
    assert(
      property(json(), nat(), edit, (text, at, put) => {
        const offset = at % text.length;
        const edited = text.slice(0, offset) + put + text.slice(offset + 1);
        expect(findJsonFault(edited) === undefined).toBe(isJson(edited));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a string of a million escapes without overflowing', () => {
    expect(findJsonFault(`["${'\\n'.repeat(1_000_000)}",]`)).toBe(2_000_004);
  });
});
