import { unknown } from './shell-command.js';

export interface Value {
  readonly text: string;
  readonly fetched: boolean;
}

/** `${HOME:0:1}` is a known way to write `/`. The values only need the right first letters. */
const usual = new Map([
  ['HOME', '/root'],
  ['IFS', ' \t\n'],
  ['OLDPWD', '/cwd'],
  ['PATH', '/usr/bin'],
  ['PWD', '/cwd'],
  ['SHELL', '/bin/sh'],
  ['USER', 'root'],
]);
const nothing: Value = { text: '', fetched: false };
const notKnown: Value = { text: unknown, fetched: false };
/** A longer value holds data, and copying it for each use would cost more than the text is long. */
const maxValueChars = 4_096;
const parameter = /^(!?)([a-z_]\w*|[@*#?$!\d-])(?:\[[^\]]*\])?(.*)$/is;

/** The variables of one text: those it sets itself, those of the text around it, and the usual ones. */
export class ShellVariables {
  private values: Map<string, Value> | undefined = undefined;

  constructor(private readonly outer?: ShellVariables) {}

  set(name: string, value: Value): void {
    (this.values ??= new Map()).set(name, value.text.length > maxValueChars ? notKnown : value);
  }

  append(name: string, value: Value): void {
    const before = this.find(name) ?? nothing;
    this.set(name, { text: before.text + value.text, fetched: before.fetched || value.fetched });
  }

  /** All arguments together are empty here, for a script has mostly none: `r$@m` is `rm`. */
  get(name: string): Value {
    if (name === '@' || name === '*') return nothing;
    if (name === '0') return { text: '$0', fetched: false };
    return this.find(name) ?? notKnown;
  }

  /** What `${body}` stands for; forms that are not understood give the unknown. */
  expand(body: string): Value {
    const [, indirect, name, operation] = parameter.exec(body) ?? [];
    if (name === undefined || operation === undefined) return notKnown;
    const value = indirect ? this.get(this.get(name).text) : this.get(name);
    return this.apply(operation, name, value);
  }

  private find(name: string): Value | undefined {
    const value = this.values?.get(name) ?? this.outer?.find(name);
    if (value || this.outer) return value;
    const text = usual.get(name);
    return text === undefined ? undefined : { text, fetched: false };
  }

  private apply(operation: string, name: string, value: Value): Value {
    const isSet = value.text !== unknown && value.text !== '';
    if (operation === '' || /^[,^@]/.test(operation)) return value;
    const [, offset, length] = /^:\s*(\d{1,4})(?::\s*(\d{1,4}))?$/.exec(operation) ?? [];
    if (offset !== undefined && isSet) return cut(value, Number(offset), length);
    const [, end, affix] = /^(##?|%%?)([^$`*?[\\]+)$/s.exec(operation) ?? [];
    if (end !== undefined && isSet) return { ...value, text: withoutAffix(value.text, end, affix!) };
    const [, sign, word] = /^:?([-=+?])(.*)$/s.exec(operation) ?? [];
    if (sign === '+') return isSet ? literal(word!) : nothing;
    if (sign !== undefined && isSet) return value;
    // Two, so that `${DIR:?}/` is not taken for the `$DIR/` that may be `/`.
    if (sign === '?') return { text: unknown + unknown, fetched: false };
    if (sign === undefined) return notKnown;
    const fallback = literal(word!);
    if (sign === '=') this.set(name, fallback);
    return fallback;
  }
}

function cut(value: Value, offset: number, length: string | undefined): Value {
  return { ...value, text: value.text.slice(offset, length === undefined ? undefined : offset + Number(length)) };
}

/** `${x%.js}` and `${x#./}`: without the end or the beginning, where that is said without wildcards. */
function withoutAffix(text: string, end: string, affix: string): string {
  if (end.startsWith('%')) return text.endsWith(affix) ? text.slice(0, -affix.length) : text;
  return text.startsWith(affix) ? text.slice(affix.length) : text;
}

function literal(word: string): Value {
  return /[$`]/.test(word) ? notKnown : { text: word.replaceAll(/["'\\]/g, ''), fetched: false };
}
