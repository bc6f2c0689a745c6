import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeEscapes, hasNumberedCharacter } from './escape-sequences.js';

const hex = (code: number, length: number) => code.toString(16).padStart(length, '0');
/** Ways of a shell, of JSON and of C to write one character. */
const spellings: readonly ((code: number) => string)[] = [
  (code) => `\\x${hex(code, 2)}`,
  (code) => `\\x${hex(code, 2).toUpperCase()}`,
  (code) => `\\u${hex(code, 4)}`,
  (code) => `\\u{${hex(code, 4)}}`,
  (code) => `\\${code.toString(8).padStart(3, '0')}`,
];
const visible = fc.stringMatching(/^[ -[\]-~]{1,20}$/);

describe('decodeEscapes', () => {
  it('reads any visible text that is written by the numbers of its characters, in any mix of spellings', () => {
    fc.assert(
      fc.property(visible, fc.array(fc.constantFrom(...spellings), { minLength: 20, maxLength: 20 }), (text, spell) => {
        const written = Array.from(text)
          .map((character, at) => spell[at]!(character.codePointAt(0)!))
          .join('');
        expect(decodeEscapes(written)).toBe(text);
        expect(hasNumberedCharacter(written)).toBe(true);
      }),
    );
  });

  it('leaves a text without a backslash as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!text.includes('\\'));
        expect(decodeEscapes(text)).toBe(text);
        expect(hasNumberedCharacter(text)).toBe(false);
      }),
    );
  });

  it('makes no longer text, and no control character but tab and line breaks', () => {
    const pieces = fc.constantFrom(
      '\\',
      'x',
      'u',
      '{',
      '}',
      '0',
      '7',
      '1b',
      'a',
      'e',
      'n',
      't',
      'r',
      "'",
      '10ffff',
      'f',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const decoded = decodeEscapes(text);
        expect(decoded.length).toBeLessThanOrEqual(text.length);
        expect(decoded).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f]/);
      }),
      { numRuns: 500 },
    );
  });
});
