import type { Rig } from '../rig/rig.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, insist, type Fault } from './fault.js';

/** Redis drops every connection, or answers nobody for a while: writers only, or all. */
export class CutClients implements Fault {
  readonly name = 'clients';
  readonly mustHappen = ['killed clients', 'paused clients'];
  private readonly tally = new Tally(this.name);
  private turn = 0;

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    const { admin } = rig.redis;
    const forMs = random.whole(100, 3_000);
    const whom = random.pick(['WRITE', 'ALL']);
    if ((this.turn += 1) % 2 === 1) {
      const killed = await insist(async () => admin.call('CLIENT', 'KILL', 'TYPE', 'normal'));
      this.tally.tell(rig, 'killed clients', { connections: killed });
    } else {
      await insist(async () => admin.call('CLIENT', 'PAUSE', String(forMs), whom));
      this.tally.tell(rig, 'paused clients', { whom, forMs });
    }
  }
}
