import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redeliverer } from '../delivery/redeliverer.js';
import type { Rig } from '../rig/rig.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, insist, type Fault } from './fault.js';

const preload = join(import.meta.dirname, '..', 'delivery', 'delivery.preload.js');
const countsFile = 'deliveries.jsonl';
const share = 0.2;

/**
 * A fifth of all that is delivered comes again or out of order: outcomes inside the executors, as they read them; and from outside, by
 * hand, outcomes, finished jobs, waiting jobs and messages to a room.
 */
export class DeliverTwice implements Fault {
  readonly name = 'deliveries';
  readonly mustHappen = ['outcome doubled', 'outcome late', 'outcome again', 'job again', 'message again'];
  private readonly tally = new Tally(this.name);
  private redeliverer: Redeliverer | undefined;

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async prepare(rig: Rig, random: SeededRandom): Promise<void> {
    rig.prepare((launch, role) => {
      if (role !== 'executor') return;
      launch.nodeArgs.push('--import', preload);
      Object.assign(launch.env, {
        CHAOS_DELIVERY_SHARE: String(share),
        CHAOS_DELIVERY_SEED: String(random.whole(0, 2 ** 30)),
        CHAOS_DELIVERY_COUNTS: rig.path(countsFile),
      });
    });
  }

  /** A fifth of what came since the time before, once more. */
  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    this.redeliverer ??= new Redeliverer(rig.redis.admin, rig.settings.shards, share);
    const { redeliverer } = this;
    const done = await insist(async () => redeliverer.round(random));
    for (const [what, count] of Object.entries(done)) if (count > 0) this.count(rig, what, count);
  }

  async end(rig: Rig): Promise<void> {
    const text = await readFile(rig.path(countsFile), 'utf8').catch(() => '');
    const lines = text.split('\n').filter(Boolean);
    const told = lines.map((line) => JSON.parse(line) as { doubled: number; late: number });
    this.count(
      rig,
      'outcome doubled',
      told.reduce((sum, { doubled }) => sum + doubled, 0),
    );
    this.count(
      rig,
      'outcome late',
      told.reduce((sum, { late }) => sum + late, 0),
    );
  }

  private count(rig: Rig, what: string, count: number): void {
    this.tally.tell(rig, what, { count });
    this.counts[what] = (this.counts[what] ?? 0) + count - 1;
  }
}
