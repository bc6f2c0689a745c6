import { expect, it } from '@jest/globals';
import { CocError, limits } from '#libs/contracts';
import { ReviewService, type ReviewParts } from './review.service.js';

it('a directive whose outputs are too much to hold ends with the reason, and is not reviewed', async () => {
  const ends: unknown[] = [];
  const order = { id: 'd0_1', state: 'RUNNING', total: 5_000, decided: { workflow: 'w', input: null } };
  const parts = {
    orders: { load: async () => order, loadWhole: async () => order },
    workflows: {
      get: () => ({
        review: () => {
          throw new Error('it was reviewed');
        },
      }),
    },
    outputs: {
      byTaskId: async (_: string, total: number, maxBytes: number) => {
        throw new CocError('BODY_TOO_LARGE', `${total} outputs are over ${maxBytes} bytes`);
      },
    },
    store: { close: async (...end: unknown[]) => ends.push(end) },
  } as unknown as ReviewParts;
  await new ReviewService(parts).review({ directiveId: 'd0_1' } as Parameters<ReviewService['review']>[0]);
  const message = `5000 outputs are over ${limits.maxArtifactBytes} bytes`;
  expect(ends).toEqual([['d0_1', 'FAILED', { code: 'INPUT_TOO_LARGE', message }]]);
});
