import { describe, expect, it } from '@jest/globals';
import { codeNamesOf, definitionsOf, linksOf, plainTextOf, type LinkDefinitions } from './inline-text.js';

const none: LinkDefinitions = new Map();
const targets = (text: string, definitions = none) => linksOf(text, definitions).map(({ target }) => target);

describe('linksOf', () => {
  it('finds links and images, with titles, brackets and angle marks', () => {
    expect(targets('[a](x.md) ![b](<y.png>) [c [d]](z.md "title") [e](w_(1).md)')).toEqual([
      'x.md',
      'y.png',
      'z.md',
      'w_(1).md',
    ]);
  });

  it('finds links by reference, whole and short', () => {
    const definitions = definitionsOf(['[Guide]: guide.md', '[home]: <README.md>']);
    expect(targets('[the guide][guide], [home] and [nobody]', definitions)).toEqual(['guide.md', 'README.md']);
  });

  it('sees no link inside code', () => {
    expect(targets('`[a](x.md)` and ``[b](`y`)``')).toEqual([]);
  });

  it('says on which line of the block a link stands', () => {
    expect(linksOf('one\ntwo [a](x.md)', none)).toEqual([{ text: 'a', target: 'x.md', lineOffset: 1 }]);
  });

  it('takes no more than a moment for a line of brackets', () => {
    expect(targets('['.repeat(19_000))).toEqual([]);
    expect(targets('[a]('.repeat(4_000))).toEqual([]);
  });
});

describe('codeNamesOf', () => {
  it('keeps names of programs and leaves out phrases and values', () => {
    const text = '`libs/state`, `run()`, `XREADGROUP`, `two words`, `42`, `--flag=1`, `task.started`';
    expect(codeNamesOf(text)).toEqual(['libs/state', 'run', 'XREADGROUP', 'task.started']);
  });
});

describe('plainTextOf', () => {
  it('leaves what a reader sees', () => {
    expect(plainTextOf('**Bold** and *thin*, [a link](x.md) to <b>`code_*here*`</b>,\nnext \\* line')).toBe(
      'Bold and thin, a link to `code_*here*` , next * line',
    );
  });

  it('leaves arithmetic, snake_case and placeholders alone', () => {
    const text = '2 * 3 * 4, snake_case_name, List<T>, a < b';
    expect(plainTextOf(text)).toBe(text);
  });
});
