import type { Json, PlannedTask } from '#libs/contracts';
import type { ClaimedValues } from '../plan/plan-encoding.js';
import { isLarge, type PayloadStore } from './payload-store.js';

/** Moves the large values of these tasks into the store. `tenant` is needed of a directive that is not accepted yet. */
export async function claimValues(
  payloads: PayloadStore,
  directiveId: string,
  tasks: readonly PlannedTask[],
  tenant?: string,
): Promise<ClaimedValues> {
  const seen = new Set<Json>();
  const claimed = new Map<Json, Awaited<ReturnType<PayloadStore['put']>>>();
  for (const { input, item, forEach } of tasks) {
    for (const value of [input, item, forEach?.items as Json | undefined]) {
      // The children of a fan-out share their parent's input.
      if (value === undefined || seen.has(value)) continue;
      seen.add(value);
      const text = JSON.stringify(value);
      if (isLarge(text)) claimed.set(value, await payloads.put(directiveId, text, tenant));
    }
  }
  return claimed;
}
