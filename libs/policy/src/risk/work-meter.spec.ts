import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { foldUnicode } from './fold-unicode.js';
import { inspectText } from './inspect-text.js';
import { WorkMeter } from './work-meter.js';

const repeated = (part: string, chars: number) => part.repeat(Math.ceil(chars / part.length)).slice(0, chars);

/** Each made to be slow: to be read again from every character, or to grow. */
const traps: Readonly<Record<string, string>> = {
  apostrophes: "'",
  'quotation marks': '"',
  'alternating marks': `"'"'`,
  backticks: '`',
  backslashes: '\\',
  substitutions: '$(',
  'process substitutions': '<(',
  parameters: '${',
  brackets: '(',
  'empty brackets': '( ',
  functions: 'f(){',
  pipes: '|a',
  redirections: '>a ',
  comments: '# a\n',
  words: 'a ',
  wrappers: 'sudo ',
  'wrappers with options': 'sudo -a ',
  declarers: 'export ',
  carriers: 'docker rm dd git chmod find ',
  wildcards: ';/a?',
  stars: '/*a*b*c*d ',
  braces: '{a,b,c,d,e,f,g} ',
  escapes: "'\\x41 ",
  'doubled escapes': '\\\\x41',
  calls: 'eval(',
  evals: 'eval ',
  'values that grow': 'a=xxxxxxxxxxxxxxxx;b=$a$a$a$a$a;c=$b$b$b$b$b;$c$c$c$c$c;',
  'a value of itself': 'x=$x$x;',
  'long pipelines': 'rev|',
  'copies of a text': `echo ${'a'.repeat(60)}|cat|cat|cat|cat\n`,
  formats: "printf '%s' a a a a a a a a\n",
  'arguments from input': 'echo a b c|xargs ',
  paths: '/../',
  flags: '-rf',
  ligatures: '\uFDFA',
};
/** Two halves, of which each word of one may go over the whole of the other. */
const halves: Readonly<Record<string, (half: number) => string>> = {
  'a long format for many values': (half) => `printf '${repeated('a', half)}%s' ${repeated('a ', half)}`,
  'a long text through many programs': (half) => `echo ${repeated('a', half)}${repeated('|rev', half)}`,
  'a long value used often': (half) => `x=${repeated('a', Math.min(half, 4_000))};${repeated('$x', half)}`,
  'a long command in many carriers': (half) => `${repeated('docker rm git ', half)}${repeated('a ', half)}`,
  'a long word with many patterns': (half) => `docker rm git dd chmod find ${repeated('/a', half)}`,
  'long braces': (half) => `{${repeated('a,', half)}}${repeated('b', half)}`,
};
const texts: readonly [string, (chars: number) => string][] = [
  ...Object.entries(traps).map(([name, part]): [string, (chars: number) => string] => [
    name,
    (chars) => repeated(part, chars),
  ]),
  ...Object.entries(halves).map(([name, write]): [string, (chars: number) => string] => [
    name,
    (chars) => write(chars / 2),
  ]),
];
const chars = 20_000;

type CostOf = (self: unknown, args: readonly unknown[], result: unknown) => number;

const whole: CostOf = (self) => String(self).length;
const upToMatch: CostOf = (self, [, from = 0], at) => (at === -1 ? String(self).length : Number(at)) - Number(from);
const ofPart: CostOf = (_, __, part) => String(part).length;
/** A sticky pattern that does not match has looked at one place. */
const ofPattern: CostOf = (pattern, [text], match) => {
  if (Array.isArray(match)) return String(match[0]).length + 1;
  return (pattern as RegExp).sticky ? 1 : String(text).length;
};
const builtIns: readonly [object, string, CostOf][] = [
  [String.prototype, 'indexOf', upToMatch],
  [String.prototype, 'lastIndexOf', whole],
  [String.prototype, 'includes', whole],
  [String.prototype, 'slice', ofPart],
  [String.prototype, 'split', whole],
  [String.prototype, 'replaceAll', whole],
  [String.prototype, 'toLowerCase', whole],
  // `test`, `replace` and `search` come here too.
  [RegExp.prototype, 'exec', ofPattern],
];

/** Characters that built-in searches and copies go over, counted without the meter: what it forgets shows here. */
function countBuiltInWork(run: () => void): number {
  let count = 0;
  const originals = builtIns.map(([owner, name, costOf]) => {
    const original = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    const counting = function (this: unknown, ...args: unknown[]): unknown {
      const result = original.apply(this, args);
      count += costOf(this, args, result);
      return result;
    };
    Reflect.set(owner, name, counting);
    return { owner, name, original };
  });
  try {
    run();
  } finally {
    for (const { owner, name, original } of originals) Reflect.set(owner, name, original);
  }
  return count;
}

function boundOf(text: string): number {
  const meter = new WorkMeter();
  meter.beginText(text.length);
  return meter.bound;
}

describe('the work on a text', () => {
  it.each(texts)('grows no faster than the text for %s', (_, write) => {
    const [small, large] = [chars, 4 * chars].map((length) => inspectText(foldUnicode(write(length))).steps);
    expect(large! / small!).toBeLessThan(4.2);
  });

  it.each(texts)('goes over the text a fixed number of times for %s', (_, write) => {
    const [small, large] = [chars / 4, chars].map((length) => {
      const text = foldUnicode(write(length));
      return countBuiltInWork(() => inspectText(text));
    });
    expect(large! / small!).toBeLessThan(4.5);
  });

  it.each(texts)('uses up neither stack nor bound for a long text of %s', (_, write) => {
    const text = foldUnicode(write(100_000));
    expect(inspectText(text).steps).toBeLessThanOrEqual(boundOf(text));
  });

  it.each([
    ['sh -', 'i'],
    ['bash -', 'c'],
    ['echo 00|xxd -', 'r'],
    ['rm -', 'r'],
    ['git push -', 'f'],
    ['rm -rf /*', '['],
  ])(
    'ends for one word of a million letters behind %j: a pattern that goes back would take minutes',
    (command, letter) => {
      const text = foldUnicode(`${command}${letter.repeat(1_000_000)}!`);
      expect(inspectText(text).steps).toBeLessThanOrEqual(boundOf(text));
    },
  );

  it('is bounded for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const folded = foldUnicode(text);
        expect(inspectText(folded).steps).toBeLessThanOrEqual(boundOf(folded));
      }),
    );
  });

  it('is given up at the bound, and the findings say so', () => {
    const bomb = repeated('x=$x$x$x$x;', 10_000);
    expect(inspectText(`x=${'a'.repeat(100)};${bomb}`).isUnexamined).toBe(true);
  });

  it('is not given up for ordinary text', () => {
    const prose = `He said "it's done", and (see 'notes') it wasn't: 5" wide & 3' high; a | b.\n`;
    const code = 'function f(a, b) { return `${a} and ${b["c"]}`; } // it\'s ok\n';
    const json = '{"name": "some words", "list": [1, 2, {"text": "it\'s \\"quoted\\""}]}\n';
    for (const text of [prose, code, json]) expect(inspectText(text.repeat(500)).isUnexamined).toBe(false);
  });
});

describe('WorkMeter', () => {
  it('refuses all work from the first refusal on', () => {
    const meter = new WorkMeter();
    meter.beginText(10);
    expect(meter.spend(meter.bound)).toBe(true);
    expect(meter.spend(1)).toBe(false);
    expect(meter.spend(0)).toBe(false);
    expect(meter).toMatchObject({ isExhausted: true, spent: meter.bound });
  });
});
