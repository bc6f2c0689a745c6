import type { Role } from '../rig/kept-process.js';
import type { Rig } from '../rig/rig.js';
import { pollFor } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

/** A turn over all roles; those that a loss says most of come twice. */
export const everyRole: readonly Role[] = [
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
  readonly mustHappen: readonly string[];
  private readonly tally = new Tally(this.name);
  private deck: Role[] = [];

  constructor(private readonly victims: readonly Role[]) {
    const telling = ['orchestrator', 'executor', 'worker'] as const;
    this.mustHappen = telling.filter((role) => victims.includes(role)).map((role) => `killed ${role}`);
  }

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(this.victims);
    const role = this.deck.pop()!;
    const victim = random.pick(rig.of(role));
    const pid = await pollFor(betweenLivesMs, async () => victim.kill() || undefined, 20);
    if (pid !== undefined) this.tally.tell(rig, `killed ${role}`, { process: victim.name, pid });
  }
}
