import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { approvalDigest, type ApprovalSubject } from './approval-digest.js';

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
const plain = { noNullPrototype: true } as const;
const assignments: fc.Arbitrary<ApprovalSubject['assignment']> = fc.record(
  {
    agent_id: fc.string(),
    version: fc.string(),
    model: fc.option(fc.string()),
    budget: fc.record({ maxCostUsd: fc.nat(), maxTokens: fc.nat() }, plain),
    timeoutMs: fc.nat(),
  },
  plain,
);
const subjects: fc.Arbitrary<ApprovalSubject> = fc.record(
  { action: fc.string(), version: fc.string(), input: json, assignment: assignments },
  plain,
);

const terms = { agent_id: 'a', version: '1', model: null, budget: { maxCostUsd: 0, maxTokens: 1 }, timeoutMs: 1 };
/** So few values that two subjects are often the same, and otherwise nearly. */
const nearSubjects: fc.Arbitrary<ApprovalSubject> = fc.record(
  {
    action: fc.constantFrom('a', 'a1'),
    version: fc.constantFrom('1', '11'),
    input: fc.constantFrom<Json[]>({}, [], { a: 1, b: 2 }, { b: 2, a: 1 }, { a: '1', b: 2 }, { a: 2, b: 1 }),
    assignment: fc.constantFrom(terms, { ...terms, model: 'null' }, { ...terms, version: '11' }),
  },
  plain,
);

function withKeysReversed<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withKeysReversed) as Value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, child]) => [key, withKeysReversed<unknown>(child)])) as Value;
}

/** A value has as many places as values are in it, itself the first. */
function countPlaces(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, child) => sum + countPlaces(child), 1);
}

/** Another value at one of the places. */
function replacedAt<Value>(value: Value, place: number, other: Json): Value {
  if (place === 0) return other as Value;
  let next = 1;
  const entries = Object.entries(value as object).map(([key, child]: [string, unknown]) => {
    const [from, count] = [next, countPlaces(child)];
    next += count;
    return [key, place >= from && place < next ? replacedAt(child, place - from, other) : child] as const;
  });
  return (Array.isArray(value) ? entries.map(([, child]) => child) : Object.fromEntries(entries)) as Value;
}

describe('approvalDigest', () => {
  it('is a SHA-256 in hex, the same whatever the order of the keys', () => {
    fc.assert(
      fc.property(subjects, (subject) => {
        const digest = approvalDigest(subject);
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        expect(approvalDigest(withKeysReversed(subject))).toBe(digest);
      }),
    );
  });

  it('is equal exactly when action, version, input and assignment are', () => {
    fc.assert(
      fc.property(nearSubjects, nearSubjects, (left, right) => {
        expect(approvalDigest(left) === approvalDigest(right)).toBe(isDeepStrictEqual(left, right));
      }),
      { numRuns: 1_000 },
    );
  });

  it('changes with any value of the subject, however deep', () => {
    fc.assert(
      fc.property(subjects, fc.nat(), json, (subject, pick, other) => {
        const place = 1 + (pick % (countPlaces(subject) - 1));
        const changed = replacedAt(subject, place, other);
        fc.pre(!isDeepStrictEqual(changed, subject));
        expect(approvalDigest(changed)).not.toBe(approvalDigest(subject));
      }),
    );
  });

  it('keeps the halves of surrogate pairs apart, which UTF-8 would write alike', () => {
    const texts = fc.string({ unit: fc.constantFrom('\ud800', '\udbff', '\udc00', '\ufffd', 'a'), maxLength: 3 });
    fc.assert(
      fc.property(subjects, texts, texts, (subject, left, right) => {
        fc.pre(left !== right);
        expect(approvalDigest({ ...subject, input: left })).not.toBe(approvalDigest({ ...subject, input: right }));
        expect(approvalDigest({ ...subject, input: { [left]: 1 } })).not.toBe(
          approvalDigest({ ...subject, input: { [right]: 1 } }),
        );
      }),
    );
  });
});
