import { describe, expect, it } from '@jest/globals';
import { StreamCursor } from './stream-cursor.js';
import { isAfter } from './stream-id.js';

const now = '1763711234567-0';

describe('ids of a stream', () => {
  it('are compared by number, first the milliseconds and then the count', () => {
    expect(isAfter('10-0', '9-0')).toBe(true);
    expect(isAfter('9-10', '9-9')).toBe(true);
    expect(isAfter('9-9', '10-0')).toBe(false);
    expect(isAfter(now, now)).toBe(false);
  });
});

describe('a cursor', () => {
  it('is a short text that a header and a URL take as it is, and comes back whole', () => {
    for (const ids of [[now], ['0-0', now, '1763711234567-41'], ['1763711234567-9007199254740991']]) {
      const text = new StreamCursor(ids).toString();
      expect(text).toMatch(/^[0-9a-z.-]+$/);
      expect(encodeURIComponent(text)).toBe(text);
      expect(StreamCursor.parse(text, ids.length).positions).toEqual(ids);
    }
    expect(new StreamCursor([now, '0-0']).toString()).toHaveLength('mi8dwlrb.0'.length);
  });

  it('counts a shard it does not know from the beginning', () => {
    expect(StreamCursor.parse('1', 3).positions).toEqual(['1-0', '0-0', '0-0']);
  });

  it.each(['', '.', '1.', '-1', '1-', '1-2-3', 'A', '1 ', '1\n', 'zzzzzzzzzzz', '000000000000', '1.2.3.4'])(
    'is not made from "%s"',
    (text) => {
      expect(() => StreamCursor.parse(text, 3)).toThrow(expect.objectContaining({ code: 'CURSOR_INVALID' }));
    },
  );

  it('says what it has passed, and moves to what another has reached, never back', () => {
    const own = new StreamCursor(['5-0', '9-0']);
    const front = new StreamCursor(['7-0', '8-0']);
    expect([own.hasPassed(0, '5-0'), own.hasPassed(0, '5-1')]).toEqual([true, false]);
    expect([front.covers(own), own.covers(front)]).toEqual([false, false]);
    own.moveUpTo(front);
    expect(own.positions).toEqual(['7-0', '9-0']);
    expect(front.covers(own)).toBe(false);
    front.moveTo(1, '9-0');
    expect([front.covers(own), front.toString()]).toEqual([true, own.toString()]);
  });
});
