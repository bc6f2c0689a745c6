import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
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

/** As the definition says, without giving up early. */
function distance(from: string, to: string): number {
  if (from === '' || to === '') return from.length + to.length;
  const [rest, other] = [from.slice(1), to.slice(1)];
  if (from[0] === to[0]) return distance(rest, other);
  return 1 + Math.min(distance(rest, other), distance(rest, to), distance(from, other));
}

it('finds the three nearest of those with few mistakes, whatever the order they come in', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 });
  const candidates = fc.uniqueArray(texts, { maxLength: 6 });
  fc.assert(
    fc.property(texts, candidates, (name, given) => {
      const near = given.filter((candidate) => distance(name, candidate) <= 2);
      const sorted = near.toSorted().toSorted((left, right) => distance(name, left) - distance(name, right));
      expect(nearestNames(name, given)).toEqual(sorted.slice(0, 3));
      expect(nearestNames(name, given.toReversed())).toEqual(sorted.slice(0, 3));
    }),
  );
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
