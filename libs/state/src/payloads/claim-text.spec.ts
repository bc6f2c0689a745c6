import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeClaim, encodeClaim } from './claim-text.js';

const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const claims = fc.record({ sha256: hash, bytes: fc.integer({ min: 1, max: 2 ** 40 }) });

describe('the text of a claim', () => {
  it('is read as the claim that was written', () => {
    fc.assert(fc.property(claims, (claim) => expect(decodeClaim(encodeClaim(claim))).toEqual(claim)));
  });

  it('is no JSON, and no JSON text is a claim', () => {
    fc.assert(
      fc.property(claims, fc.jsonValue(), (claim, value) => {
        expect(() => JSON.parse(encodeClaim(claim)) as unknown).toThrow(SyntaxError);
        expect(decodeClaim(JSON.stringify(value))).toBeUndefined();
        expect(decodeClaim(JSON.stringify(encodeClaim(claim)))).toBeUndefined();
      }),
    );
  });

  it.each([
    '',
    'claim',
    'claim:',
    `claim:${'a'.repeat(63)}:1`,
    `claim:${'a'.repeat(64)}:0`,
    `claim:${'a'.repeat(64)}:1 `,
  ])('is not %j', (text) => expect(decodeClaim(text)).toBeUndefined());
});
