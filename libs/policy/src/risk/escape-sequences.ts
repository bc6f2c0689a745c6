const sequence = /\\(?:x([0-9a-f]{1,2})|u\{?([0-9a-f]{1,6})\}?|0?([0-7]{1,3})|([abefnrtv\\'"?]))/gi;
const hidden = /\\(?:x[0-9a-f]{2}|u\{?[0-9a-f]{4}|[0-7]{3})/i;
const named: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
};

/** Whether a character is written by its number, as `\x72`, `\u0072` or `\162`. */
export function hasNumberedCharacter(text: string): boolean {
  return hidden.test(text);
}

/** Escapes as `$'…'`, `printf` and string literals write them; those of control characters give nothing. */
export function decodeEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(sequence, (_, hex?: string, unicode?: string, octal?: string, name?: string) => {
    if (name !== undefined) return named[name] ?? '';
    const code = octal === undefined ? Number.parseInt((hex ?? unicode)!, 16) : Number.parseInt(octal, 8) & 0xff;
    return isVisible(code) ? String.fromCodePoint(code) : '';
  });
}

function isVisible(code: number): boolean {
  return (code >= 0x20 && code <= 0x10_ffff) || code === 0x09 || code === 0x0a;
}
