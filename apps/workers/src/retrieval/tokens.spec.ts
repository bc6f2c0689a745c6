import { describe, expect, it } from '@jest/globals';
import { pairsOf, stemOf, termsOf, wordsOf } from './tokens.js';

describe('stemOf', () => {
  it.each([
    ['detect', 'detects', 'detected', 'detecting', 'detection'],
    ['queue', 'queues', 'queued'],
    ['stop', 'stops', 'stopped', 'stopping'],
    ['lose', 'lost', 'loses', 'losses', 'losing'],
    ['retry', 'retries', 'retried'],
    ['match', 'matches', 'matched'],
    ['process', 'processes', 'processing'],
  ])('gives all forms of "%s" one form', (...forms) => {
    expect(new Set(forms.map(stemOf)).size).toBe(1);
  });

  it.each([
    ['worker', 'work'],
    ['status', 'state'],
    ['bus', 'bu'],
    ['redis', 'red'],
  ])('keeps "%s" and "%s" apart', (left, right) => {
    expect(stemOf(left)).not.toBe(stemOf(right));
  });
});

describe('wordsOf', () => {
  it('takes names of code apart and keeps them whole as well', () => {
    expect(wordsOf('maxStalledCount')).toEqual(['max', 'stalled', 'count', 'maxstalledcount']);
    expect(wordsOf('XML_HTTPRequest')).toEqual(['xml', 'http', 'request', 'httprequest']);
  });

  it('reads words of any script', () => {
    expect(wordsOf('Zürich, Ελλάδα')).toEqual(['zürich', 'ελλάδα']);
  });
});

describe('termsOf', () => {
  it('leaves out what a question is made of', () => {
    expect(termsOf('How is a lost worker detected?')).toEqual([stemOf('lose'), stemOf('worker'), stemOf('detect')]);
    expect(pairsOf(['a', 'b', 'c'])).toEqual(['a b', 'b c']);
  });
});
