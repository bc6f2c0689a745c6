import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { dataText } from './output-format.js';

const page = { items: [{ id: 'a' }, { id: 'b' }], nextCursor: 'c' };

describe('data', () => {
  it.each([
    ['json', page, `${JSON.stringify(page, null, 2)}\n`],
    ['jsonl', page, '{"id":"a"}\n{"id":"b"}\n'],
    ['jsonl', { id: 'a' }, '{"id":"a"}\n'],
    ['jsonl', { items: [] }, ''],
    ['yaml', page, 'items:\n  - id: a\n  - id: b\nnextCursor: c\n'],
  ] as const)('as %s: %j', (format, value, text) => {
    expect(dataText(format, value)).toBe(text);
  });

  it.each(['json', 'jsonl', 'yaml'] as const)(
    'as %s says what a terminal would obey, and drives no terminal',
    (format) => {
      const value = { title: 'a\u001b[2J\u009b31m\u202etxt', plain: 'b' };
      const text = dataText(format, value);
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(format === 'yaml' ? parse(text) : JSON.parse(text)).toEqual(value);
    },
  );
});
