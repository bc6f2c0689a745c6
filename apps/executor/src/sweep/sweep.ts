import type { SweepName } from './sweep.settings.js';
import type { SweepRound } from './sweep-round.js';

/** One kind of repair or upkeep. Idempotent and bounded to a page; two executors that sweep at once are harmless. */
export interface Sweep {
  readonly name: SweepName;
  /** Looks at a page of one shard and repairs what the round allows. */
  sweep(round: SweepRound): Promise<void>;
}
