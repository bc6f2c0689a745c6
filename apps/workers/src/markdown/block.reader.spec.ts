import { describe, expect, it } from '@jest/globals';
import { readBlocks } from './block.reader.js';

const read = (text: string) => readBlocks(text.split('\n')).map(({ kind, text: own, line }) => [kind, own, line]);

describe('readBlocks', () => {
  it('reads both kinds of headings with their levels', () => {
    const blocks = readBlocks(['# One #', '', 'Two', '===', 'Three', '---', '####### no']);
    expect(blocks.map(({ kind, text, level }) => [kind, text, level])).toEqual([
      ['heading', 'One', 1],
      ['heading', 'Two', 1],
      ['heading', 'Three', 2],
      ['paragraph', '####### no', undefined],
    ]);
  });

  it('keeps the lines of a paragraph together and counts from 1', () => {
    expect(read('a\n  b\n\nc')).toEqual([
      ['paragraph', 'a\nb', 1],
      ['paragraph', 'c', 4],
    ]);
  });

  it('takes nothing inside a fence for Markdown, whatever closes it', () => {
    expect(read('````js\n# no\n```\n[x](y)\n````\nafter')).toEqual([
      ['code', '# no\n```\n[x](y)', 2],
      ['paragraph', 'after', 6],
    ]);
    expect(read('~~~\nnever closed')).toEqual([['code', 'never closed', 2]]);
  });

  it('makes every list item a block, with its continued lines', () => {
    expect(read('- one\n  more\n* two\n3. three\n- [x] done')).toEqual([
      ['item', 'one\nmore', 1],
      ['item', 'two', 3],
      ['item', 'three', 4],
      ['item', 'done', 5],
    ]);
  });

  it('makes every row of a table a block that knows its header', () => {
    const rows = readBlocks(['| a | b |', '|---|:-:|', '| 1 | 2 |', '| 3 \\| 4 | 5 |', 'after']);
    expect(rows.map(({ kind, text, line, header }) => [kind, text, line, header])).toEqual([
      ['row', '1 | 2', 3, 'a | b'],
      ['row', '3 \\| 4 | 5', 4, 'a | b'],
      ['paragraph', 'after', 5, undefined],
    ]);
  });

  it('reads what is quoted, and skips comments and rules', () => {
    expect(read('> # Said\n> text\n\n<!-- not\nthis -->\n***\nend')).toEqual([
      ['heading', 'Said', 1],
      ['paragraph', 'text', 2],
      ['paragraph', 'end', 7],
    ]);
  });

  it('ends on any text', () => {
    for (const odd of ['---', '>', '- ', '|', '=', '```', '[a]: b', '<!--', '#', '\t', '- - -', '> > >']) {
      expect(readBlocks([odd, odd, '', odd]).every(({ line }) => line >= 1)).toBe(true);
    }
  });
});
