import { InvalidArgumentError } from 'commander';

const unitMs: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `2h` or `1d` as milliseconds. Throws InvalidArgumentError. */
export function parseDuration(text: string): number {
  const [, count = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Math.round(Number(count) * (unitMs[unit] ?? 0));
  if (ms >= 1) return ms;
  throw new InvalidArgumentError('It must be a time like 90s, 30m, 2h or 1d.');
}
