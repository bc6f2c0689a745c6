import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { failClosed } from './fail-closed.js';

it('gives every decision as it is', () => {
  fc.assert(fc.property(fc.jsonValue(), (decision) => expect(failClosed(() => decision)).toBe(decision)));
});

it('makes a failure of whatever is thrown, and says what it was', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => new Error(text)),
      ),
      (thrown) => {
        const failed: { failure: { code: string; message: string } } = failClosed(() => {
          throw thrown;
        });
        expect(failed.failure.code).toBe('POLICY_FAILED');
        expect(failed.failure.message).toContain(thrown instanceof Error ? thrown.message : thrown);
      },
    ),
  );
});
