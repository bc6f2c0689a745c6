import type { Cli } from '../cli.js';

export type OutputFormat = 'table' | 'json';

/** Data on stdout: `json` prints `value`, `table` prints what `asText` makes of it. */
export function printData<T>(cli: Cli, format: OutputFormat, value: T, asText: (value: T) => string): void {
  cli.stdout.write(format === 'json' ? jsonText(value) : asText(value));
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
