import { describe, expect, it } from '@jest/globals';
import { luaJson } from './lua-json.js';

describe('JSON for Lua', () => {
  it('is that of JSON.stringify where every pair is whole', () => {
    for (const value of ['a', { deep: ['😀', null, 1.5, '\u0000"\\'] }, [], '\\ud83d', { '\\uDEAD': '\\\\ud800' }])
      expect(luaJson(value)).toBe(JSON.stringify(value));
  });

  it.each([
    ['a first half', 'cut \ud83d', 'cut \ufffd'],
    ['a second half', '\udc00 cut', '\ufffd cut'],
    ['halves in the wrong order', '\ude00\ud83d', '\ufffd\ufffd'],
    ['a half beside a whole pair', '😀\ud83d', '😀\ufffd'],
    ['the last of all halves', '\udfff', '\ufffd'],
  ])('replaces %s, however deep it stands', (_, text, whole) => {
    expect(JSON.parse(luaJson({ message: text, list: [{ text }] }))).toEqual({
      message: whole,
      list: [{ text: whole }],
    });
    expect(luaJson(text)).not.toMatch(/\\u[dD][89a-fA-F]/);
  });
});
