import { describe, expect, it } from '@jest/globals';
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
});
