import { describe, expect, it } from '@jest/globals';
import { formatDuration } from './duration.js';
import { exactUsd, formatUsd } from './money.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';

describe('output', () => {
  it.each([
    [-5, '0.0s'],
    [449, '0.4s'],
    [59_999, '59.9s'],
    [60_000, '1m00s'],
    [125_000, '2m05s'],
    [3_720_000, '1h02m'],
    [273_600_000, '3d04h'],
  ])('writes a span of %d ms as %s', (spanMs, text) => {
    expect(formatDuration(spanMs)).toBe(text);
  });

  it.each([
    [0, '$0.00'],
    [0.000001, '$0.000001'],
    [0.0012, '$0.0012'],
    [0.1, '$0.10'],
    [12.345, '$12.35'],
  ])('writes %d USD as %s', (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });

  it('writes sums of money to the last micro-dollar', () => {
    expect([1_000_000.000001, 12.345, 0.3].map(exactUsd)).toEqual(['$1000000.000001', '$12.345', '$0.30']);
  });

  it('shows control characters instead of obeying them', () => {
    expect(printable('a\r\nb\u001b[2Jc\u009bd\u2066e\tf')).toBe('a b\ufffd[2Jc\ufffdd\ufffde\tf');
  });

  it('pads the columns of a table to the widest cell and cuts nothing', () => {
    expect(
      renderTable(
        ['ID', 'TITLE'],
        [
          ['long-id', 'a'],
          ['b', 'x\ny'],
        ],
      ),
    ).toBe('ID       TITLE\nlong-id  a\nb        x y\n');
  });
});
