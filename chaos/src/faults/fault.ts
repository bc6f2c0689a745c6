import type { Rig } from '../rig/rig.js';
import { pollFor } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';

/**
 * Something that goes wrong. One file each; `every-fault.ts` names them. All numbers come from `random`, in an order that does not depend
 * on what the product does, so that a seed repeats the schedule.
 */
export interface Fault {
  readonly name: string;
  /** What has to have happened for the run to count, such as `killed executor`: names in `counts`. */
  readonly mustHappen: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  /** Before any process is started: `rig.prepare` changes how they are. */
  prepare?(rig: Rig, random: SeededRandom): Promise<void>;
  /** One injection, which may last; the next one comes when it is over. */
  inject(rig: Rig, random: SeededRandom): Promise<void>;
  /** The faults are over: undoes what lasts. */
  end?(rig: Rig): Promise<void>;
}

/** Counts what happened by name, and writes it into the history. */
export class Tally {
  readonly counts: Record<string, number> = {};

  constructor(private readonly fault: string) {}

  tell(rig: Rig, what: string, detail: Record<string, unknown> = {}): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    rig.history.add({ kind: 'fault', name: this.fault, detail: { what, ...detail } });
  }
}

/** How long another fault may keep Redis away while this one has an order for it. */
const insistMs = 20_000;

/** Gives Redis an order as soon as it takes one. Throws when it took none in time. */
export async function insist<Reply>(order: () => Promise<Reply>): Promise<Reply> {
  const done = await pollFor(insistMs, async () =>
    order().then(
      (reply) => ({ reply }),
      () => undefined,
    ),
  );
  if (!done) throw new Error(`Redis took no order within ${insistMs} ms`);
  return done.reply;
}
