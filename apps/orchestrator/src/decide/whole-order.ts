import { CocError } from '#libs/contracts';
import type { DirectiveOrder, DirectiveOrders } from '#libs/state';

type WholeOrder = { order: DirectiveOrder } | { lost: { code: string; message: string } };

/** Runs what reads large values of a directive; `lost` when one of them is gone for good, and no repetition would help. */
export async function unlessLost<T>(read: () => Promise<T>): Promise<T | { lost: { code: string; message: string } }> {
  try {
    return await read();
  } catch (error) {
    const isLost =
      error instanceof CocError && (error.code === 'ARTIFACT_MISSING' || error.code === 'ARTIFACT_CORRUPT');
    if (!isLost) throw error;
    return { lost: { code: error.code, message: error.detail } };
  }
}

/** An order that is known to be there, with its input. */
export async function loadWhole(orders: DirectiveOrders, directiveId: string): Promise<WholeOrder> {
  return unlessLost(async () => ({ order: (await orders.loadWhole(directiveId))! }));
}
