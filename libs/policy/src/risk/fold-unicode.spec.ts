import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldUnicode } from './fold-unicode.js';

describe('foldUnicode', () => {
  it.each([
    ['ｒｍ　－ｒｆ　／', 'rm -rf /'],
    ['𝓻𝓶', 'rm'],
    ['ﬁle', 'file'],
    ['rm\u00A0x\u2003y', 'rm x y'],
    ['r\u200B\u2060\uFEFFm', 'rm'],
    ['r\u0336m', 'rm'],
    ['a\u2028b\u0085c', 'a\nb\nc'],
    ['сорy', 'copy'],
    ['‐–—−', '----'],
    ['a\0\u0007b\tc\r\n', 'ab\tc\r\n'],
    ['naïve café', 'naïve café'],
    ['重启服务器 перезагрузка', '重启服务器 nepeзarpyзka'],
  ])('writes %j as %j', (text, folded) => {
    expect(foldUnicode(text)).toBe(folded);
  });

  it('leaves ASCII as it is', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\t\n\r -~]*$/), (text) => {
        expect(foldUnicode(text)).toBe(text);
      }),
    );
  });

  it('gives no control character that a command could hide behind', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldUnicode(text)).not.toMatch(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/);
      }),
    );
  });
});
