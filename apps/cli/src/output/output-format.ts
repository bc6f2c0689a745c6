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
  return (Array.isArray(items) ? items : [value]).map((item) => `${escaped(JSON.stringify(item))}\n`).join('');
}

export function jsonText(value: unknown): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`;
}

/** Loaded only here: it is a third of the start-up time of a command that needs no YAML. */
export function yamlText(value: unknown): string {
  const { Document, visit } = createRequire(import.meta.url)('yaml') as typeof import('yaml');
  const document = new Document(value);
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && escaped(scalar.value) !== scalar.value) scalar.type = 'QUOTE_DOUBLE';
    },
  });
  return escaped(document.toString());
}

/** What neither JSON nor YAML escapes, and a terminal obeys, or reorders what is read by; between quotation marks it means the same. */
function escaped(text: string): string {
  return text.replaceAll(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
