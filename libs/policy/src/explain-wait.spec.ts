import { describe, expect, it } from '@jest/globals';
import { waitKinds } from '#libs/contracts';
import { explainWait } from './explain-wait.js';

const times = { since: '2026-01-01T00:00:00.000Z', deadline: '2026-01-01T01:00:00.000Z' };

describe('explainWait', () => {
  it('says state, since when, until when and for what', () => {
    const waitingOn = { kind: 'dependencies' as const, ref: 'a,b' };
    expect(explainWait({ state: 'waiting', waitingOn, ...times })).toBe(
      'It is waiting since 2026-01-01T00:00:00.000Z, until 2026-01-01T01:00:00.000Z at most: ' +
        'the tasks it depends on are not done: a, b.',
    );
  });

  it('has a sentence for every kind of wait', () => {
    const sentences = waitKinds.map((kind) =>
      explainWait({ state: 'ready', waitingOn: { kind, ref: 'x' }, since: null, deadline: null }),
    );
    expect(new Set(sentences).size).toBe(waitKinds.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^It is ready: .{10,}\.$/);
  });

  it('says nothing of a task that is final', () => {
    expect(explainWait({ state: 'succeeded', waitingOn: null, ...times, deadline: null })).toBeNull();
  });
});
