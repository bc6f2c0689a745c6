import { InvalidArgumentError } from 'commander';
import { parseDuration } from './parse-duration.js';

/** ISO 8601 in UTC, of a time or of a duration before now. */
export function parseTime(text: string): string {
  return toIso(text, -1);
}

/** The same of a duration after now. */
export function parseTimeAhead(text: string): string {
  return toIso(text, 1);
}

function toIso(text: string, direction: 1 | -1): string {
  if (/^\d+(\.\d+)?[a-z]+$/i.test(text)) return new Date(Date.now() + direction * parseDuration(text)).toISOString();
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError('It must be a time such as 2027-01-31T08:00:00Z, or a duration such as 2h.');
}
