import { createRequire } from 'node:module';
import type { Cli } from '../cli.js';

export const outputFormats = ['table', 'json', 'jsonl', 'yaml'] as const;
export type OutputFormat = (typeof outputFormats)[number];

/** Data on stdout: `table` prints what `asText` makes of `value`, the others `value` itself. */
export function printData<T>(cli: Cli, format: OutputFormat, value: T, asText: (value: T) => string): void {
  cli.stdout.write(format === 'table' ? asText(value) : dataText(format, value));
}

/** One document; with `jsonl` a line for each item of a list, whose cursor is told on stderr alone. */
export function dataText(format: Exclude<OutputFormat, 'table'>, value: unknown): string {
  if (format === 'yaml') return yamlText(value);
  if (format === 'json') return jsonText(value);
  const items = (value as { items?: unknown } | null)?.items;
  return (Array.isArray(items) ? items : [value]).map((item) => `${JSON.stringify(item)}\n`).join('');
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Loaded only here: it is a third of the start-up time of a command that needs no YAML. */
export function yamlText(value: unknown): string {
  const { stringify } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  return stringify(value);
}
