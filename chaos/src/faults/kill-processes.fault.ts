import type { Role } from '../rig/kept-process.js';
import type { Rig } from '../rig/rig.js';
import { pollFor } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

const victims: readonly Role[] = [
  'executor',
  'worker',
  'orchestrator',
  'worker',
  'executor',
  'foreign-worker',
  'recorder',
  'tenant-door',
];
const betweenLivesMs = 2_000;

/** `kill -9` of one process, in turns over the roles; it is started again at once. */
export class KillProcesses implements Fault {
  readonly name = 'kill';
  readonly mustHappen = ['killed orchestrator', 'killed executor', 'killed worker'];
  private readonly tally = new Tally(this.name);
  private deck: Role[] = [];

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(victims);
    const role = this.deck.pop()!;
    const victim = random.pick(rig.of(role));
    const pid = await pollFor(betweenLivesMs, async () => victim.kill() || undefined, 20);
    if (pid !== undefined) this.tally.tell(rig, `killed ${role}`, { process: victim.name, pid });
  }
}
