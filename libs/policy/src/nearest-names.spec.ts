import { describe, expect, it } from '@jest/globals';
import { NameHints, nearestNames } from './nearest-names.js';

const names = [
  'rag.embed',
  'rag.search',
  'kg.build',
  'docs.collect',
  'docs.report',
  'rag.embeds',
  'rag.embers',
  'rag.emben',
];

describe('nearestNames', () => {
  it.each<[string, string[]]>([
    ['kg.biuld', ['kg.build']],
    ['rag.embd', ['rag.embed', 'rag.embeds', 'rag.emben']],
    ['docs.collect', ['docs.collect']],
    ['quite.other', []],
    ['', []],
  ])('finds for %j', (name, nearest) => {
    expect(nearestNames(name, names)).toEqual(nearest);
  });
});

describe('NameHints', () => {
  it('asks a question that can be appended to a fault', () => {
    const hints = new NameHints();
    expect(hints.hintFor('kg.biuld', () => names)).toBe('; did you mean "kg.build"?');
    expect(hints.hintFor('quite.other', () => names)).toBe('');
  });

  it('stops looking after ten hints', () => {
    const hints = new NameHints();
    const given = Array.from({ length: 12 }, () => hints.hintFor('kg.biuld', () => names));
    expect(given.filter((hint) => hint !== '')).toHaveLength(10);
  });
});
