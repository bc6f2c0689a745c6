import { describe, expect, it } from '@jest/globals';
import { findBreaks, type ApiDocument } from './find-breaks.js';

type Schema = Record<string, unknown>;
type Paths = ApiDocument['paths'];
type Operation = Paths[string][string];

/** An API of one operation: a body, a query parameter, an answer. */
function api({
  body = {},
  answer = {},
  query = {},
}: { body?: Schema; answer?: Schema; query?: Schema } = {}): ApiDocument {
  return {
    paths: {
      '/things': {
        post: {
          operationId: 'makeThing',
          parameters: [{ name: 'limit', in: 'query', required: false, schema: query }],
          requestBody: { required: true, content: { 'application/json': { schema: body } } },
          responses: {
            200: { content: { 'application/json': { schema: answer } } },
            404: { content: { 'application/problem+json': { schema: { type: 'object' } } } },
          },
        },
      },
    },
  };
}

function edited(edit: (operation: Operation, paths: Paths) => unknown): ApiDocument {
  const document = api();
  edit(document.paths['/things']!['post']!, document.paths);
  return document;
}

const object = (properties: Record<string, Schema>, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const text = { type: 'string' };
const inBody = (before: Schema, after: Schema): string[] => findBreaks(api({ body: before }), api({ body: after }));
const inAnswer = (before: Schema, after: Schema): string[] =>
  findBreaks(api({ answer: before }), api({ answer: after }));

describe('findBreaks', () => {
  it('finds nothing where nothing changed, and nothing in what was only added', () => {
    expect(findBreaks(api(), api())).toEqual([]);
    const more = edited((operation, paths) => {
      paths['/more'] = { get: operation };
      operation.parameters!.push({ name: 'cursor', in: 'query', schema: text });
      operation.responses['204'] = {};
      delete operation.responses['404'];
    });
    expect(findBreaks(api(), more)).toEqual([]);
    expect(inBody(object({ a: text }, ['a']), object({ a: text, b: text }))).toEqual([]);
    expect(inAnswer(object({ a: text }), object({ a: text, b: text }, ['a', 'b']))).toEqual([]);
  });

  it.each<[what: string, edit: (operation: Operation, paths: Paths) => unknown, finding: string]>([
    ['a path', (_, paths) => delete paths['/things'], 'POST /things: is gone'],
    ['an operation', (_, paths) => delete paths['/things']!['post'], 'POST /things: is gone'],
    ['a parameter', ({ parameters }) => parameters!.pop(), 'POST /things: the query parameter limit is gone'],
    ['a body', (operation) => delete operation.requestBody, 'POST /things: the body is gone'],
    ['an answer', ({ responses }) => delete responses['200'], 'POST /things: the answer 200 is gone'],
    [
      'a type of answer',
      ({ responses }) => (responses['200']!.content = {}),
      'POST /things: the answer 200 is no longer application/json',
    ],
  ])('finds %s that is gone', (_, edit, finding) => {
    expect(findBreaks(api(), edited(edit))).toEqual([finding]);
  });

  it('finds another operationId, by which clients call it', () => {
    expect(
      findBreaks(
        api(),
        edited((operation) => (operation.operationId = 'make')),
      ),
    ).toEqual(['POST /things: its operationId was makeThing and is make']);
  });

  it('finds a parameter, a body and a field that are required now', () => {
    expect(
      findBreaks(
        api(),
        edited(({ parameters }) => (parameters![0]!.required = true)),
      ),
    ).toEqual(['POST /things: the query parameter limit is required now']);
    expect(
      findBreaks(
        edited(({ requestBody }) => (requestBody!.required = false)),
        api(),
      ),
    ).toEqual(['POST /things: the body is required now']);
    expect(inBody(object({ a: text }), object({ a: text, b: text }, ['b']))).toEqual([
      'POST /things: the body /b: is required now',
    ]);
  });

  it('finds a field that is gone, or may be missing from an answer', () => {
    expect(inBody(object({ a: text }), object({}))).toEqual(['POST /things: the body /a: is gone']);
    expect(inAnswer(object({ a: text }), object({}))).toEqual(['POST /things: the answer 200 /a: is gone']);
    expect(inAnswer(object({ a: text }, ['a']), object({ a: text }))).toEqual([
      'POST /things: the answer 200 /a: may be missing now',
    ]);
    expect(inBody(object({ a: text }, ['a']), object({ a: text }))).toEqual([]);
  });

  it('finds a name that is gone from a list of names, on either side', () => {
    const [two, one] = [{ enum: ['a', 'b'] }, { enum: ['a'] }];
    expect(inBody(two, one)).toEqual(['POST /things: the body: the value "b" is gone']);
    expect(inAnswer(two, one)).toEqual(['POST /things: the answer 200: the value "b" is gone']);
    expect([...inBody(one, two), ...inAnswer(one, two)]).toEqual([]);
    expect(inBody(text, one)).toEqual(['POST /things: the body: takes only certain values now']);
  });

  it('finds a type that takes less, or answers more', () => {
    const [number, integer] = [{ type: 'number' }, { type: 'integer' }];
    const nullable = { anyOf: [text, { type: 'null' }] };
    expect(inBody(number, integer)).toEqual(['POST /things: the body: was number and is integer']);
    expect(inBody(integer, number)).toEqual([]);
    expect(inAnswer(text, nullable)).toEqual(['POST /things: the answer 200: was string and is null']);
    expect(inAnswer(nullable, text)).toEqual([]);
    expect(inBody(nullable, text)).toEqual(['POST /things: the body: was null and is string']);
    expect(inBody(text, nullable)).toEqual([]);
    expect(inBody({}, text)).toEqual(['POST /things: the body: was anything and is string']);
  });

  it('finds tighter limits of what is sent, and lets answers be narrower', () => {
    const [wide, narrow] = [
      { type: 'string', maxLength: 10 },
      { type: 'string', maxLength: 5, minLength: 1 },
    ];
    expect(inBody(wide, narrow)).toEqual([
      'POST /things: the body: minLength was not set and is 1',
      'POST /things: the body: maxLength was 10 and is 5',
    ]);
    expect([...inBody(narrow, wide), ...inAnswer(wide, narrow)]).toEqual([]);
    expect(inBody(text, { ...text, pattern: '^a' })).toEqual([
      'POST /things: the body: has to match another pattern now',
    ]);
    expect(inBody({ type: 'object' }, object({}))).toEqual([
      'POST /things: the body: refuses fields it does not know now',
    ]);
    expect(findBreaks(api({ query: { maximum: 9 } }), api({ query: { maximum: 8 } }))).toEqual([
      'POST /things: query parameter limit: maximum was 9 and is 8',
    ]);
  });

  it('looks into lists, maps, choices and references, also into those that lead back', () => {
    const list = (properties: Record<string, Schema>): Schema => ({ type: 'array', items: object(properties) });
    expect(inAnswer(list({ a: text }), list({}))).toEqual(['POST /things: the answer 200 /*/a: is gone']);
    const map = (value: Schema): Schema => ({ type: 'object', additionalProperties: value });
    expect(inAnswer(map(text), map({ type: 'number' }))).toEqual([
      'POST /things: the answer 200 /*: was string and is number',
    ]);
    const choice = (properties: Record<string, Schema>): Schema => ({ anyOf: [object(properties), { type: 'null' }] });
    expect(inAnswer(choice({ a: text }), choice({}))).toEqual(['POST /things: the answer 200 /a: is gone']);
    const tree = (leaf: Record<string, Schema>): ApiDocument => {
      const node = object({ ...leaf, child: { $ref: '#/components/schemas/Node' } });
      return { ...api({ answer: { $ref: '#/components/schemas/Node' } }), components: { schemas: { Node: node } } };
    };
    expect(findBreaks(tree({ a: text }), tree({}))).toEqual(['POST /things: the answer 200 /a: is gone']);
  });
});
