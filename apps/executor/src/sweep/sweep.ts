import type { Logger } from '#libs/telemetry';

/** One kind of repair. Idempotent and bounded; two executors sweeping at once are harmless. */
export interface Sweep {
  readonly name: string;
  readonly everyMs: number;
  /** How many things it found and repaired on the shard. */
  runOnce(shard: number): Promise<number>;
}

/** Repairs each item; one that cannot be repaired is logged and does not keep the others waiting. Answers how many were repaired. */
export async function repairEach<Item>(
  items: readonly Item[],
  logger: Logger,
  repair: (item: Item) => Promise<boolean>,
): Promise<number> {
  let repaired = 0;
  for (const item of items) {
    try {
      repaired += (await repair(item)) ? 1 : 0;
    } catch (error) {
      logger.error({ err: error, item }, 'a repair failed; it is tried again');
    }
  }
  return repaired;
}
