import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { z } from 'zod';
import type { JsonSchema } from '#libs/contracts';
import { boundedPatterns } from './schema-pattern.js';
import { SchemaValidator } from './schema-validator.js';

describe('boundedPatterns', () => {
  it.each(['^(a+)+$', '^(a|a)*$', '^([a-z]+)*\\d$', '^(a{1,30}){1,30}$', 'a*a*a*a*a*a*b'])(
    'ends for %s and a text that a pattern with memory takes minutes for',
    (pattern) => {
      expect(boundedPatterns(pattern).test(`${'a'.repeat(100_000)}!`)).toBe(false);
    },
  );

  it('answers as JavaScript does', () => {
    const part = fc.constantFrom('a', '\\d', '[^b]', '\\u0062', '.', '(?:ab)', '\\/', '[\\w-]');
    const parts = fc.tuple(part, fc.constantFrom('', '*', '+', '?', '{1,3}'));
    const patterns = fc.array(
      parts.map((pair) => pair.join('')),
      { minLength: 1, maxLength: 4 },
    );
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '1', '/', '-', ' ') });
    fc.assert(
      fc.property(patterns, fc.boolean(), texts, (list, isWhole, text) => {
        const pattern = isWhole ? `^${list.join('')}$` : list.join('');
        expect(boundedPatterns(pattern).test(text)).toBe(new RegExp(pattern, 'u').test(text));
      }),
    );
  });

  it('refuses what cannot be bounded, with the pattern and the reason', () => {
    const schema: JsonSchema = { type: 'string', pattern: '^(?=a)b' };
    expect(new SchemaValidator().checkSchema(schema)).toMatch(
      /the pattern \^\(\?=a\)b is none that ends in bounded time: .+/,
    );
    expect(new SchemaValidator().checkSchema({ pattern: '(a)\\1' })).toContain('bounded time');
  });

  it.each(['email', 'uuid', 'iso.duration', 'iso.datetime', 'base64', 'ipv4', 'hostname'] as const)(
    'takes what zod writes for the format %s',
    (format) => {
      const made = {
        email: z.email(),
        uuid: z.uuid(),
        'iso.duration': z.iso.duration(),
        'iso.datetime': z.iso.datetime(),
      };
      const more = { base64: z.base64(), ipv4: z.ipv4(), hostname: z.hostname() };
      const schema = z.toJSONSchema({ ...made, ...more }[format]) as JsonSchema;
      expect(new SchemaValidator().checkSchema(schema)).toBeUndefined();
    },
  );

  it('tells an address from another text', () => {
    const schema = z.toJSONSchema(z.email()) as JsonSchema;
    const validator = new SchemaValidator();
    expect(validator.validate(schema, 'a@b.example')).toEqual([]);
    expect(validator.validate(schema, 'a b')).toHaveLength(1);
  });
});
