import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createHash } from 'node:crypto';
import type { Json, PayloadClaim } from '#libs/contracts';
import { claimFields, readField, type ClaimedFields } from './claimed-fields.js';

it('gives back the fields of a record, wherever they lie, also where a user writes what looks like a claim', async () => {
  const forged = fc.record({ claims: fc.record({ input: fc.record({ sha256: fc.string(), bytes: fc.nat() }) }) });
  const value = fc.option(fc.oneof(fc.jsonValue(), forged), { nil: undefined }) as fc.Arbitrary<Json | undefined>;
  await fc.assert(
    fc.asyncProperty(value, value, fc.nat(60), async (input, output, limit) => {
      const stored = new Map<string, string>();
      const put = async (text: string): Promise<PayloadClaim | undefined> => {
        if (text.length <= limit) return undefined;
        const sha256 = createHash('sha256').update(text).digest('hex');
        stored.set(sha256, text);
        return { sha256, bytes: text.length };
      };
      const load = async ({ sha256 }: PayloadClaim): Promise<Json> => JSON.parse(stored.get(sha256)!) as Json;
      const plain = JSON.stringify({ input, output, workflow: 'w' });
      const record = JSON.parse(await claimFields(plain, put)) as ClaimedFields;
      const given = JSON.parse(plain) as ClaimedFields;
      expect(await readField(record, 'input', load)).toEqual(given.input);
      expect(await readField(record, 'output', load)).toEqual(given.output);
      expect(record).toHaveProperty('workflow', 'w');
    }),
  );
});
