import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeliveryCounts } from '../delivery/careless-reader.js';
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
  private file = '';

  /** The executors go on to deliver carelessly when the injections are over, and write it down. */
  get counts(): Record<string, number> {
    return { ...this.tally.counts, ...this.toldByReaders() };
  }

  async prepare(rig: Rig, random: SeededRandom): Promise<void> {
    this.file = rig.path(countsFile);
    rig.prepare((launch, role) => {
      if (role !== 'executor') return;
      launch.nodeArgs.push('--import', preload);
      Object.assign(launch.env, {
        CHAOS_DELIVERY_SHARE: String(share),
        CHAOS_DELIVERY_SEED: String(random.whole(0, 2 ** 30)),
        CHAOS_DELIVERY_COUNTS: this.file,
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

  private toldByReaders(): Record<string, number> {
    if (this.file === '' || !existsSync(this.file)) return {};
    const lines = readFileSync(this.file, 'utf8').split('\n').filter(Boolean);
    const told = lines.map((line) => JSON.parse(line) as DeliveryCounts);
    return {
      'outcome doubled': told.reduce((sum, { doubled }) => sum + doubled, 0),
      'outcome late': told.reduce((sum, { late }) => sum + late, 0),
    };
  }

  private count(rig: Rig, what: string, count: number): void {
    this.tally.tell(rig, what, { count });
    this.tally.counts[what] = this.tally.counts[what]! + count - 1;
  }
}
