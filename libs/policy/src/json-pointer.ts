import type { Json } from '#libs/contracts';

const arrayIndex = /^(?:0|[1-9]\d*)$/;
const badEscape = /~(?![01])/;
const special = /[~/]/;

/** The segments of an RFC 6901 pointer, or undefined when it is malformed. `""` is the whole value: no segments. */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || badEscape.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function pointerSegment(key: string): string {
  return special.test(key) ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;
}

/** The value a pointer leads to; undefined when the path does not exist or the pointer is malformed. */
export function readPointer(value: Json, pointer: string): Json | undefined {
  const segments = parsePointer(pointer);
  if (!segments) return undefined;
  let current: Json | undefined = value;
  for (const segment of segments) {
    if (current === undefined) return undefined;
    current = childOf(current, segment);
  }
  return current;
}

function childOf(value: Json, key: string): Json | undefined {
  if (Array.isArray(value)) return arrayIndex.test(key) ? value[Number(key)] : undefined;
  // Own keys only: `/constructor` must not reach the prototype.
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? value[key] : undefined;
}
