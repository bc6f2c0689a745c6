import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { operations, type Operation } from './api-document.js';
import { spoilt } from './spoilt-text.js';
import { SchemaValues, type Known } from './value-of-schema.js';

/** One request as it goes over the wire. */
export interface ApiRequest {
  operationId: string;
  method: string;
  /** With its query, as the request line has it. */
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Bodies that are accepted as they are, by operationId: fields drawn at random seldom make a plan. */
export type GoodBodies = Partial<Record<string, readonly Json[]>>;

const strangeSegments = fc.constantFrom(
  '',
  '.',
  '..',
  '%2e%2e',
  '%2f',
  '%00',
  '%',
  '%zz',
  '*',
  'a'.repeat(600),
  '%F0%9F%92%A9',
  '//',
  ';x=1',
  '@last',
  '-1',
);
const strangeTypes = fc.constantFrom(
  'text/plain',
  'application/json; charset=latin1',
  'application/xml',
  'multipart/form-data',
  'application/json, text/plain',
  '',
);
const strangeQuery = fc.constantFrom(
  'limit=-1',
  'limit=1e9',
  'limit=1&limit=2',
  'cursor=%00',
  'cursor=AAAA',
  'limit[]=1',
  '__proto__[x]=1',
  '%',
  'x=1',
  'after=-5',
  'state=NOPE',
);

/** Requests for every operation: as described, nearly as described, and not at all. */
export class ApiRequests {
  private readonly values: SchemaValues;

  constructor(
    known: Known,
    private readonly good: GoodBodies,
  ) {
    this.values = new SchemaValues(known);
  }

  /** `count` requests that a seed decides. */
  draw(count: number, seed: number): ApiRequest[] {
    return fc.sample(fc.oneof(...operations.map((operation) => this.of(operation))), { numRuns: count, seed });
  }

  private of(operation: Operation): fc.Arbitrary<ApiRequest> {
    const { operationId, method } = operation;
    const path = this.path(operation);
    const query = this.query(operation);
    const content = this.content(operation);
    const headers = this.headers(operation);
    return fc.record({ path, query, content, headers }).map((drawn) => {
      const target = drawn.query === '' ? drawn.path : `${drawn.path}?${drawn.query}`;
      return {
        operationId,
        method,
        target,
        headers: { ...drawn.headers, ...drawn.content.headers },
        body: drawn.content.body,
      };
    });
  }

  private path({ path, parameters }: Operation): fc.Arbitrary<string> {
    const places = parameters.filter((each) => each.in === 'path');
    const drawn = places.map(({ name, schema }) =>
      fc.oneof(
        {
          weight: 8,
          arbitrary: this.values
            .named(path.includes('/approvals/') ? 'hold' : name, schema ?? { type: 'string' })
            .map((value) => encodeURIComponent(textOf(value))),
        },
        { weight: 1, arbitrary: strangeSegments },
      ),
    );
    return fc
      .tuple(...drawn)
      .map((values) => places.reduce((text, { name }, at) => text.replace(`{${name}}`, () => values[at]!), path));
  }

  private query({ parameters }: Operation): fc.Arbitrary<string> {
    const places = parameters.filter((each) => each.in === 'query');
    const fields = places.map(
      ({ name, schema }) => [name, this.values.named(name, schema ?? { type: 'string' })] as const,
    );
    const fair = fc.record(Object.fromEntries(fields), { requiredKeys: [] }).map((values) =>
      Object.entries(values as Record<string, Json>)
        .map(([name, value]) => `${name}=${encodeURIComponent(textOf(value))}`)
        .join('&'),
    );
    return fc.oneof({ weight: 8, arbitrary: fair }, { weight: 1, arbitrary: strangeQuery });
  }

  private headers({ parameters }: Operation): fc.Arbitrary<Record<string, string>> {
    const fields = parameters
      .filter((each) => each.in === 'header')
      .map(
        ({ name, schema }) =>
          [name.toLowerCase(), this.values.named(name, schema ?? { type: 'string' }).map(headerText)] as const,
      );
    return fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<Record<string, string>>;
  }

  private content({
    operationId,
    body,
  }: Operation): fc.Arbitrary<{ headers: Record<string, string>; body: string | undefined }> {
    const none = { headers: {}, body: undefined };
    const json = { 'content-type': 'application/json' };
    const stray = fc.constantFrom(
      none,
      none,
      none,
      { headers: json, body: '' },
      { headers: json, body: '{}' },
      { headers: { 'content-type': 'text/plain' }, body: 'x' },
    );
    if (!body) return stray;
    const described = this.values.of(body);
    const good = this.good[operationId];
    const fair = good
      ? fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...good) }, this.touched(operationId, described))
      : described;
    const text = fair.chain((value) =>
      fc.oneof({ weight: 2, arbitrary: fc.constant(JSON.stringify(value)) }, { weight: 2, arbitrary: spoilt(value) }),
    );
    const typed = text.map((each) => ({ headers: json, body: each }));
    const mistyped = fc
      .tuple(text, strangeTypes)
      .map(([each, type]) => ({ headers: { 'content-type': type }, body: each }));
    return fc.oneof(
      { weight: 10, arbitrary: typed },
      { weight: 1, arbitrary: mistyped },
      { weight: 1, arbitrary: stray },
    );
  }

  /** An accepted body with some of its fields as the schema allows them, whether they go together or not. */
  private touched(operationId: string, described: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
    return fc
      .tuple(fc.constantFrom(...this.good[operationId]!), described, fc.infiniteStream(fc.boolean()))
      .map(([good, other, isTaken]) => {
        const fields = Object.entries(other as Record<string, Json>).filter(() => isTaken.next().value);
        return { ...(good as Record<string, Json>), ...Object.fromEntries(fields) };
      });
  }
}

/** `encodeURIComponent` throws on half a surrogate. */
function textOf(value: Json): string {
  return (typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed();
}

/** Node sends no others in a header. */
function headerText(value: Json): string {
  return textOf(value).replaceAll(/[^\t\x20-\x7e]/g, '?');
}
