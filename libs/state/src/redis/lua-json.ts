/**
 * JSON text for cjson, which refuses half of a surrogate pair: a message cut in the middle of an emoji would make its
 * settlement fail for ever. The half becomes U+FFFD.
 */
export function luaJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'string' ? inner.toWellFormed() : inner));
}
