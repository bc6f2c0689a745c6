import { describe, expect, it } from '@jest/globals';
import { newerVersionOf, schemaVersionUpTo } from './schema-version.js';

describe('a reader of version 3', () => {
  it.each([
    [1, false],
    [2, true],
    [3, true],
    [4, false],
    [2.5, false],
  ])('takes version %d: %p', (version, isTaken) => {
    expect(schemaVersionUpTo(3).safeParse(version).success).toBe(isTaken);
  });

  it('tells what is newer from what is not a message at all', () => {
    expect(newerVersionOf({ schemaVersion: 4 }, 3)).toBe(4);
    expect(newerVersionOf({ schemaVersion: '4' }, 3)).toBe(4);
    for (const message of [{ schemaVersion: 3 }, { schemaVersion: 'x' }, {}, null, undefined, 4]) {
      expect(newerVersionOf(message, 3)).toBeUndefined();
    }
  });
});

it('the first version knows no older one', () => {
  expect(schemaVersionUpTo(1).safeParse(0).success).toBe(false);
  expect(schemaVersionUpTo(1).safeParse(1).success).toBe(true);
});
