import { describe, expect, it } from '@jest/globals';
import { keysOf, reportOn, type SampleTrace, sampleSecret, sampleTrace } from './sample-trace.js';

const earlier = 'the earlier key, 32 bytes and more than that';
const keys = keysOf(sampleSecret, earlier);
type HandOn = NonNullable<NonNullable<Parameters<typeof sampleTrace>[1]>['handOn']>;

/** Two lines under the earlier key, then two under the present one. */
const changedKey = (handOn?: HandOn): SampleTrace =>
  sampleTrace([['a'], ['b']], { secrets: [earlier, sampleSecret], ...(handOn ? { handOn } : {}) });

describe('a file under another key than the one before', () => {
  it.each<[string, HandOn]>([
    ['the last line before it', (before) => before],
    ['an earlier line, when the recorder was killed after it', (_, chain) => chain.headBefore(earlier, 1)],
    ['the line before that file', (_, chain) => chain.headBefore(earlier, 0)],
  ])('hands on a head that tells of %s', (_, handOn) => {
    expect(reportOn(changedKey(handOn), keys)).toMatchObject({ isSound: true, sealedLines: 4 });
  });

  it.each<[string, HandOn, string]>([
    ['is missing', () => undefined, 'does not'],
    [
      'was changed',
      ({ text, ...rest }) => ({ ...rest, text: text.replace('"begins":1', '"begins":3') }),
      'not what was sealed',
    ],
    ['is no head', (before) => ({ ...before, text: '{}' }), 'does not'],
    ['is sealed with the new key', (_, chain) => chain.headBefore(sampleSecret), 'hands on one of the key'],
    [
      'tells of a line of another trace',
      () => {
        let theirs: ReturnType<HandOn>;
        sampleTrace([['x'], ['b']], { secrets: [earlier, sampleSecret], handOn: (before) => (theirs = before) });
        return theirs;
      },
      'tells of another line',
    ],
  ])('is not sound when that head %s', (_, handOn, detail) => {
    expect(reportOn(changedKey(handOn), keys).finding).toMatchObject({
      file: 'events.jsonl',
      line: 1,
      kind: 'head',
      detail: expect.stringContaining(detail),
    });
  });

  it('is sound when the file before was deleted by the recorder: nothing is there to compare', () => {
    const { files, head } = sampleTrace([['a'], ['b']], {
      secrets: [earlier, sampleSecret],
      begins: 3,
      handOn: () => undefined,
    });
    expect(reportOn({ files: files.slice(1), head })).toMatchObject({ isSound: true, firstLine: 3 });
  });
});
