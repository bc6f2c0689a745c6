import type { Rig } from '../rig/rig.js';
import { sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

/** Redis is killed, is away for a while, and comes back with its files. */
export class RestartRedis implements Fault {
  readonly mustHappen = ['restarted redis'];
  private readonly tally: Tally;

  constructor(
    readonly name: string,
    private readonly downMs: readonly [number, number],
  ) {
    this.tally = new Tally(name);
  }

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    const downMs = random.whole(...this.downMs);
    await rig.redis.kill();
    await sleep(downMs);
    await rig.redis.start();
    this.tally.tell(rig, 'restarted redis', { downMs });
  }
}
