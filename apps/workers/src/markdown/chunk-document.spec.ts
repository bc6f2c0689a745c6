import { describe, expect, it } from '@jest/globals';
import { chunkDocument } from './chunk-document.js';
import { parseMarkdown } from './parse-markdown.js';

const chunksOf = (source: string) => chunkDocument(parseMarkdown(source));
const sentence = (at: number) => `Sentence number ${at} speaks of something that takes a while to say out loud.`;
const sentences = Array.from({ length: 30 }, (_, at) => sentence(at));

describe('chunkDocument', () => {
  it('never mixes two sections', () => {
    expect(chunksOf('before\n# A\none\n\ntwo\n# B\nthree').map(({ heading, text }) => [heading, text])).toEqual([
      [-1, 'before'],
      [0, 'one\ntwo'],
      [1, 'three'],
    ]);
  });

  it('says on which line of the file each of its lines starts', () => {
    expect(chunksOf('# A\none\nstill one\n\n- two\n\n```\nthree\nfour\n```')).toMatchObject([
      { lines: [2, 5, 8, 9], endLine: 9, text: 'one still one\ntwo\nthree\nfour' },
    ]);
  });

  it('cuts a long paragraph between sentences, and loses none', () => {
    const chunks = chunksOf(sentences.join(' '));
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.every(({ text }) => text.length <= 700 && text.endsWith('loud.'))).toBe(true);
    for (const each of sentences) expect(chunks.some(({ text }) => text.includes(each))).toBe(true);
  });

  it('repeats a short last block at the start of the next part', () => {
    const chunks = chunksOf(sentences.join('\n\n'));
    const [first, second] = chunks.map(({ text }) => text.split('\n'));
    expect(second?.[0]).toBe(first?.at(-1));
  });

  it('keeps the lines of code, cut between them', () => {
    const code = Array.from({ length: 200 }, (_, at) => `const value${at} = ${at};`);
    const chunks = chunksOf(['```ts', ...code, '```'].join('\n'));
    expect(chunks.flatMap(({ text }) => text.split('\n'))).toEqual(code);
    expect(chunks.flatMap(({ lines }) => lines)).toEqual(code.map((_, at) => at + 2));
  });

  it('cuts what has no place to cut', () => {
    const chunks = chunksOf('x'.repeat(2_000));
    expect(chunks.map(({ text }) => text.length)).toEqual([700, 700, 600]);
  });

  it('gives the head of the table to a part that starts inside it', () => {
    const rows = Array.from({ length: 40 }, (_, at) => `| name ${at} | ${'value '.repeat(8)}|`);
    const chunks = chunksOf(['| name | value |', '|---|---|', ...rows].join('\n'));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks.every(({ header }) => header === 'name | value')).toBe(true);
  });

  it('has nothing for a document of headings alone', () => {
    expect(chunksOf('# A\n## B\n')).toEqual([]);
  });
});
