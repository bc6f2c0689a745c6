import { describe, expect, it } from '@jest/globals';
import { renderHold, renderHoldList } from './render-hold.js';
import { aHold } from './sample-hold.js';

describe('a hold', () => {
  it('is shown with what it would do, what it may spend, every factor, every reason and the digest', () => {
    const lines = renderHold(aHold()).split('\n');
    expect(lines).toEqual([
      'approval    d0_01JD6Z0000000000000000000A.2',
      'task        mail of d0_01JD6Z0000000000000000000A',
      'action      risky.mail@1, effect once',
      'grant       attempt 1 by risky.mail@1, no model, at most $0.40 and 10 tokens, 2m00s of time',
      'asked by    local',
      expect.stringMatching(/^since {7}2026-11-21T07:00:00\.000Z \(\w+\.?\w*\)$/),
      'until       2026-11-22T07:00:00.000Z',
      'score       70',
      '            declared   60  high',
      '            effect     10  once',
      'because     The risk score is 70; from 60 on approval is needed.',
      '            The task is declared high risk.',
      'input',
      '  {',
      '    "to": "all"',
      '  }',
      `digest      ${'ab'.repeat(32)}`,
      'answer      none yet',
      '',
    ]);
  });

  it('is shown with its answer once it has one', () => {
    const at = '2026-11-21T08:00:00.000Z';
    const decision = {
      state: 'denied',
      by: 'ana',
      at,
      comment: 'not today',
      digest: null,
      scope: null,
      edited: false,
    } as const;
    expect(renderHold(aHold({ decision }))).toContain(`\ndenied      by ana at ${at}: not today\n`);
  });

  it('cuts nothing of a long input and lets no character of it drive the terminal', () => {
    const text = renderHold(aHold({ input: [`${'x'.repeat(100_000)}\u009b2J`, 'a\u202eb'] }));
    expect(text).toContain(`"${'x'.repeat(100_000)}\ufffd2J"`);
    expect(text).toContain('"a\ufffdb"');
  });

  it('has no score when it is not about risk, and says what happened', () => {
    const error = { code: 'WORKER_LOST', message: 'it died' };
    const lost = aHold({ kind: 'effect-unknown', risk: null, error });
    expect(renderHold(lost)).toContain('\nerror       WORKER_LOST: it died\n');
    expect(renderHoldList([lost, aHold()]).split('\n')).toEqual([
      expect.stringMatching(/^ID +DIRECTIVE +TASK +KIND +SCORE +SINCE +EXPIRES +WAITS FOR$/),
      expect.stringMatching(
        / mail +effect-unknown +- +\S+ \(\S+\) +\S+ +a human to say whether it took effect \(risky\.mail\)$/,
      ),
      expect.stringMatching(/ mail +approval +70 +\S+ \(\S+\) +\S+ +an approval \(risky\.mail\)$/),
      '',
    ]);
  });
});
