import { z } from 'zod';
import type { Json } from './json.js';

/**
 * Wire form of a value that is known only later. Anywhere inside a task's input:
 * `{"$task": "fetch", "path": "/text"}` is an earlier task's output, `{"$input": "/folder"}` the directive's input,
 * `{"$item": "/path"}` the element of a fan-out. A path is a JSON pointer; `""` (the default) is the whole value.
 * `{"$cel": "size(tasks.fetch.pages)"}` is computed from them, by an expression in CEL.
 */
export type Reference = { $task: string; path?: string } | { $input: string } | { $item: string } | { $cel: string };

// Not `^(\/[^/]*)*$`, which says the same and overflows the stack on 4 million slashes (seen): a body may have 8 MB.
const pointerText = z
  .string()
  .regex(/^(?:$|\/)/, 'a JSON pointer: empty, or starting with "/"')
  .max(1_000);

export const TaskReference = z.strictObject({ $task: z.string(), path: pointerText.optional() });
export const InputReference = z.strictObject({ $input: pointerText });
export const ItemReference = z.strictObject({ $item: pointerText });
/** Its limits are those of expressions, and said by their check. */
const ComputedReference = z.strictObject({ $cel: z.string() });

const markers = ['$task', '$input', '$item', '$cel'] as const;

/** An object that carries one of the markers is meant as a reference, well-formed or not. */
export function looksLikeReference(value: Json): value is { [key: string]: Json } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    markers.some((marker) => Object.hasOwn(value, marker))
  );
}

export const Reference = z.union([TaskReference, InputReference, ItemReference, ComputedReference]);
