import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { recordOf } from './publish-actions.js';

describe('recordOf', () => {
  it('writes what a sender may leave out as optional, and what a reader gets as required', () => {
    const schema = z.strictObject({ size: z.number().default(1) });
    const record = recordOf({ name: 'test.make', declaredBy: 'Test.make', options: { input: schema, output: schema } });
    expect(record).toMatchObject({
      name: 'test.make',
      version: '1',
      effect: 'once',
      maxCostUsd: 0,
      input: { type: 'object', properties: { size: { type: 'number' } } },
      output: { required: ['size'] },
    });
    expect(record.input).not.toHaveProperty('required');
  });

  it('refuses a schema that JSON Schema cannot say', () => {
    const options = { input: z.unknown(), output: z.date() };
    expect(() => recordOf({ name: 'test.make', declaredBy: 'Test.make', options })).toThrow(/Date/);
  });
});
