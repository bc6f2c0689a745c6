import { describe, expect, it } from '@jest/globals';
import { sentenceSpans } from './sentences.js';

const split = (text: string) => sentenceSpans(text).map(({ start, end }) => text.slice(start, end).trim());

describe('sentenceSpans', () => {
  it('ends sentences at their ends only', () => {
    expect(split('Redis 7.0 is the floor. It must not evict! Why? See e.g. the docs.')).toEqual([
      'Redis 7.0 is the floor.',
      'It must not evict!',
      'Why?',
      'See e.g. the docs.',
    ]);
  });

  it('covers the whole text', () => {
    const text = ' One.  Two (e.g. here). ';
    expect(
      sentenceSpans(text)
        .map(({ start, end }) => text.slice(start, end))
        .join(''),
    ).toBe(text);
  });
});
