const TOKEN =
  /[ \t\r\n]*(?:(?<string>"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\x00-\x1f]*)*")|(?<scalar>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w))|(?<mark>[{}[\],:]))/y;
const BLANK = /[ \t\r\n]*/y;

type Expected = 'value' | 'value or close' | 'key' | 'key or close' | 'colon' | 'comma or close' | 'end';

/**
 * Offset where the text stops being JSON, or undefined when all of it is. JSON.parse tells the place only for some
 * faults (Node 24: none for an unexpected token), and a fault without its line is useless in a file of 10,000 tasks.
 */
export function findJsonFault(text: string): number | undefined {
  const open: string[] = [];
  let expected: Expected | undefined = 'value';
  let offset = 0;
  while (expected !== 'end') {
    TOKEN.lastIndex = offset;
    const groups = TOKEN.exec(text)?.groups;
    expected = groups && step(expected, groups, open);
    if (expected === undefined) return afterBlank(text, offset);
    offset = TOKEN.lastIndex;
  }
  const end = afterBlank(text, offset);
  return end === text.length ? undefined : end;
}

/** What may follow the token, or undefined when the token itself may not stand here. */
function step(expected: Expected, token: Record<string, string | undefined>, open: string[]): Expected | undefined {
  const { string, scalar, mark } = token;
  if (expected.startsWith('key') && string !== undefined) return 'colon';
  if (expected === 'colon') return mark === ':' ? 'value' : undefined;
  if (expected.startsWith('value')) {
    if (string !== undefined || scalar !== undefined) return open.length === 0 ? 'end' : 'comma or close';
    if (mark === '{' || mark === '[') {
      open.push(mark);
      return mark === '{' ? 'key or close' : 'value or close';
    }
  }
  if (expected === 'comma or close' && mark === ',') return open.at(-1) === '{' ? 'key' : 'value';
  if (!expected.endsWith('close') || mark !== (open.at(-1) === '{' ? '}' : ']')) return undefined;
  open.pop();
  return open.length === 0 ? 'end' : 'comma or close';
}

function afterBlank(text: string, offset: number): number {
  BLANK.lastIndex = offset;
  BLANK.exec(text);
  return BLANK.lastIndex;
}
