import type { Rig } from '../rig/rig.js';
import type { SeededRandom } from '../run/seeded-random.js';

/**
 * Something that goes wrong. One file each; `every-fault.ts` names them. All numbers come from `random`, in an order that does not depend
 * on what the product does, so that a seed repeats the schedule.
 */
export interface Fault {
  readonly name: string;
  /** Milliseconds from one injection to the next: least and most. */
  readonly everyMs: readonly [number, number];
  /** What has to have happened for the run to count, such as `killed executor`; how often is in `counts`. */
  readonly mustHappen: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Before any process is started: `rig.prepare` changes how they are. */
  prepare?(rig: Rig, random: SeededRandom): Promise<void>;
  /** One injection, which may last; the next one comes when it is over. */
  inject(rig: Rig, random: SeededRandom): Promise<void>;
  /** The faults are over: undoes what lasts. */
  end?(rig: Rig): Promise<void>;
}

/** Counts by name; `tell` also writes it into the history. */
export class Tally {
  readonly counts: Record<string, number> = {};

  constructor(private readonly fault: string) {}

  tell(rig: Rig, what: string, detail: Record<string, unknown> = {}): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    rig.history.add({ kind: 'fault', name: this.fault, detail: { what, ...detail } });
  }
}
