import { CocError } from '#libs/contracts';
import type { DirectiveOrder, DirectiveOrders } from '#libs/state';

type WholeOrder = { order: DirectiveOrder } | { lost: { code: string; message: string } };

/** What a directive ends with, by what was thrown. */
const endCodes = new Map<string, string>([
  ['ARTIFACT_MISSING', 'ARTIFACT_MISSING'],
  ['ARTIFACT_CORRUPT', 'ARTIFACT_CORRUPT'],
  ['BODY_TOO_LARGE', 'INPUT_TOO_LARGE'],
]);

/** Runs what reads large values of a directive; `lost` when one of them is gone for good or all are too much to hold: no repetition would help. */
export async function unlessLost<T>(read: () => Promise<T>): Promise<T | { lost: { code: string; message: string } }> {
  try {
    return await read();
  } catch (error) {
    const code = error instanceof CocError ? endCodes.get(error.code) : undefined;
    if (!(error instanceof CocError) || code === undefined) throw error;
    return { lost: { code, message: error.detail } };
  }
}

/** An order that is known to be there, with its input. */
export async function loadWhole(orders: DirectiveOrders, directiveId: string): Promise<WholeOrder> {
  return unlessLost(async () => ({ order: (await orders.loadWhole(directiveId))! }));
}
