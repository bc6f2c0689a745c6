import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { assessRisk } from './assess-risk.js';
import { pointerOf } from './collect-texts.js';
import { inspectInput } from './inspect-input.js';
import { SharedWork, WorkMeter } from './work-meter.js';

const { bound } = new WorkMeter();
const inspect = (input: Json) => inspectInput('demo.run', input);
const repeated = (part: string, chars: number) => part.repeat(Math.ceil(chars / part.length)).slice(0, chars);
const listOf = (part: string, chars: number, total: number): string[] =>
  Array.from({ length: Math.ceil(total / chars) }, () => repeated(part, chars));

const parts = (
  '\' " "\'"\'" ` \\ $( <( ${ ${x:- ( f(){ |a >a sudo~ sudo~-a~ timeout~-s~ export~ docker~rm~git~ ;/a? {a,b,c}~ \'\\x41~ ' +
  "eval( eval~ x=$x$x; rev| cat|sh| echo~a|xargs~ /../ -rf~ git~push~--force~$x; bash~-c~'x~y'~ if~ *~ ．～ \u200B a[0]=1~ " +
  'echo~${x:-$(y)}; nc|sh|'
)
  .split(' ')
  .map((part) => part.replaceAll('~', ' '));

/** Ways to spread so many characters of a part over an input, in texts of a length. */
const shapes: Readonly<Record<string, (part: string, chars: number, total: number) => Json>> = {
  'one text': (part, _, total) => repeated(part, total),
  'a list of texts': listOf,
  'objects with texts': (part, chars, total) => listOf(part, chars, total).map((text) => ({ text })),
  'commands with arguments': (part, chars, total) =>
    listOf(part, chars, total).map((text) => ({ command: text, args: text })),
  'one command with many arguments': (part, chars, total) => ({ command: 'git', args: listOf(part, chars, total) }),
  'many commands with the same arguments': (part, chars, total) => ({
    command: '/a',
    cmd: '/b',
    bin: '/c',
    run: '/d',
    args: listOf(part, chars, total),
  }),
  keys: (part, chars, total) =>
    Object.fromEntries(listOf(part, chars, total).map((text, at): [string, number] => [`${at} ${text}`, 1])),
  'nested lists': (part, chars, total) => listOf(part, chars, total).reduce<Json>((inner, text) => [text, inner], ''),
  'nested commands': (part, chars, total) =>
    listOf(part, chars, total).reduce<Json>((inner, text) => ({ command: text, args: [inner] }), ''),
};

describe('the work on an input', () => {
  it('no more than about doubles when the input doubles, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...parts),
        fc.constantFrom(...Object.keys(shapes)),
        fc.constantFrom(4, 30, 500),
        (part, shape, chars) => {
          const [once, twice] = [6_000, 12_000].map((total) => inspect(shapes[shape]!(part, chars, total)));
          fc.pre(once!.unexamined === undefined);
          expect(twice!.steps / once!.steps).toBeLessThan(2.2);
        },
      ),
      { numRuns: 25 },
    );
  });

  it.each(Object.keys(shapes))('is bounded for 8 MB of %s', (shape) => {
    const { steps, unexamined } = inspect(shapes[shape]!('git push --force $x ${x:-', 60, 8_000_000));
    expect(steps).toBeLessThanOrEqual(bound);
    expect(unexamined).toBeDefined();
  });

  it.each<[string, Json]>([
    ['empty lists', Array.from({ length: 2_500_000 }, () => [])],
    ['empty objects', Array.from({ length: 2_500_000 }, () => ({}))],
    ['pairs of nothing', Array.from({ length: 1_000_000 }, () => ['', ''])],
    ['numbers', Array.from({ length: 4_500_000 }, () => 1)],
  ])('is bounded for 8 MB of %s', (_, input) => {
    const { steps, unexamined } = inspect(input);
    expect(steps).toBeLessThanOrEqual(bound);
    expect(unexamined).toBeDefined();
  });

  it('ends at the first text that is not examined, and keeps what was found before it', () => {
    const bomb = `x=${'a'.repeat(99)};${'x=$x$x$x$x;'.repeat(999)}`;
    const { dangers, unexamined } = inspect({ first: 'reboot', next: bomb, last: 'rm -rf /' });
    expect([...dangers].map(([danger, place]) => `${danger} ${pointerOf(place)}`)).toEqual(['system-stop /first']);
    expect(pointerOf(unexamined!)).toBe('/next');
  });

  it('counts as the worst when it is too much', () => {
    const input = listOf('${x:-', 60, 8_000_000);
    const facts = { action: 'demo.run', effect: 'pure', network: false, declared: 'low', priority: 'LOW' } as const;
    expect(assessRisk({ ...facts, input })).toMatchObject({
      score: 100,
      factors: [{ factor: 'declared-low' }, { factor: 'unexamined', points: 100 }],
    });
  });

  const prose = `He said "it's done", and (see 'notes') it wasn't: 5" wide & 3' high.\nThe rest is in [the guide](a/b.md).\n`;
  const code = 'export function f(a: string, b = {}) {\n  return `${a} and ${b["c"]}`; // it\'s ok\n}\n';
  const [index, count] = [(at: number) => `row ${at}`, 100_000];
  it.each<[string, Json]>([
    ['prose', repeated(prose, 1_000_000)],
    ['source code', repeated(code, 1_000_000)],
    ['a file in base64', repeated('QUJDREVGR0hJSktMTU5PUA', 4_000_000)],
    ['a list of short strings', Array.from({ length: count }, (_, at) => index(at))],
    ['rows that are lists', Array.from({ length: count / 5 }, (_, at) => ['Bob', "O'Fallon", index(at), '', 'x'])],
    [
      'rows that are objects',
      Array.from({ length: count / 5 }, (_, at) => ({ id: at, a: 'Bob', b: "O'Fallon", c: index(at), d: '', e: 'x' })),
    ],
  ])('is not too much for 1 MB of %s and more', (_, input) => {
    expect(inspect(input)).toMatchObject({ unexamined: undefined });
  });
});

describe('the work on all inputs of a submission', () => {
  it('ends at a bound of its own, and what is over it counts as the worst', () => {
    const shared = new SharedWork(1_000);
    const command = `echo ${'word '.repeat(20)}`;
    const found = Array.from({ length: 50 }, () => inspectInput('demo.run', { command }, shared));
    expect(found[0]!.unexamined).toBeUndefined();
    expect(found.at(-1)!.unexamined).toBeDefined();
    expect(found.reduce((sum, { steps }) => sum + steps, 0)).toBeLessThan(2_000);
  });
});
