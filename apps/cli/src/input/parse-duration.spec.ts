import { expect, it } from '@jest/globals';
import { parseDuration } from './parse-duration.js';

it.each([
  ['500ms', 500],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['1d', 86_400_000],
])('reads %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

it.each(['', '5', '0s', '-1h', '1w', '1h30m', 'h', '1e3s'])('refuses %j', (text) => {
  expect(() => parseDuration(text)).toThrow('It must be a time like');
});
