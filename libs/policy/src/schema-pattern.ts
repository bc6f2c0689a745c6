import { RE2JS } from 're2js';
import { z } from 'zod';

interface Pattern {
  test(text: string): boolean;
}

/** Written by zod for formats such as an e-mail address; they look around, and are known to end soon. */
const patternsOfFormats: ReadonlyMap<string, RegExp> = new Map(
  Object.values(z.regexes).flatMap((value) => (value instanceof RegExp ? [[value.source, value] as const] : [])),
);

function compilePattern(pattern: string): Pattern {
  const known = patternsOfFormats.get(pattern);
  if (known) return { test: (text) => text.search(known) >= 0 };
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the pattern ${pattern.slice(0, 200)} is none that ends in bounded time: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * Runs the patterns of JSON Schemas in time that grows with the text alone: `^(a+)+$` and 30 letters held a process for minutes with
 * JavaScript's own. What that takes, look-around and references back, is refused, as by RE2 in Go and Kubernetes.
 */
export const boundedPatterns = Object.assign(compilePattern, { code: 'boundedPatterns' });
