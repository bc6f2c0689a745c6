import type { Rig } from '../rig/rig.js';
import { sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, insist, type Fault } from './fault.js';

/** Less than an empty Redis needs: every command that may grow memory is refused. */
const nothing = '1';

/** `maxmemory` falls below what is used, and rises again. */
export class SqueezeMemory implements Fault {
  readonly name = 'memory';
  readonly mustHappen = ['squeezed memory'];
  private readonly tally = new Tally(this.name);

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    const forMs = random.whole(300, 3_000);
    await insist(async () => rig.redis.admin.config('SET', 'maxmemory', nothing));
    await sleep(forMs);
    await this.end(rig);
    this.tally.tell(rig, 'squeezed memory', { forMs });
  }

  async end(rig: Rig): Promise<void> {
    await insist(async () => rig.redis.admin.config('SET', 'maxmemory', '0'));
  }
}
