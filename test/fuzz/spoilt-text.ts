import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';

/** What no schema allows, or what breaks parsers: as a value in a document. */
const oddValues = fc.constantFrom<Json>(
  null,
  '',
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  [[[[[[[[]]]]]]]],
  '\u0000',
  '\ud800',
  '\u202e',
  '__proto__',
  '../../etc/passwd',
  'a'.repeat(5_000),
  { $task: 'a' },
  { $ref: '#/x' },
  { constructor: { prototype: { polluted: true } } },
);

type Path = (string | number)[];

function pathsOf(value: Json, path: Path = []): Path[] {
  const below = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  return [path, ...below.flatMap(([name, each]) => pathsOf(each, [...path, name]))];
}

function replaced(value: Json, [name, ...rest]: Path, by: Json): Json {
  if (name === undefined || value === null || typeof value !== 'object') return by;
  const copy = structuredClone(value) as Record<string, Json>;
  copy[name] = replaced(copy[name]!, rest, by);
  return copy;
}

/** The document with an odd value somewhere, or with a field that is not known there. */
export function spoilt(value: Json): fc.Arbitrary<string> {
  const paths = pathsOf(value);
  const somewhere = fc.constantFrom(...paths);
  const odd = fc.tuple(somewhere, oddValues).map(([path, by]) => JSON.stringify(replaced(value, path, by)));
  const foreign = somewhere.map((path) => JSON.stringify(replaced(value, [...path, 'nobodyKnowsThis'], 1)));
  return fc.oneof(odd, foreign, brokenText(JSON.stringify(value)));
}

const deep = '['.repeat(20_000);

/** What is no JSON any more, or JSON that readers disagree about. */
function brokenText(text: string): fc.Arbitrary<string> {
  const cut = fc.nat(text.length).map((at) => text.slice(0, at));
  const tricks = fc.constantFrom(
    `${text}${text}`,
    `\ufeff${text}`,
    text.replace('{', '{"tasks":[],'),
    text.replace('{', '{"__proto__":{"admin":true},'),
    text.replaceAll('"', "'"),
    `{"intent":"a","intent":"b"}`,
    `{"input":${deep}${']'.repeat(20_000)}}`,
    deep,
    'NaN',
    '{"intent":1e999}',
    '"\\ud800"',
    '\u0000',
    'null',
  );
  return fc.oneof(cut, tricks);
}
