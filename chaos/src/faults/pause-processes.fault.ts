import type { KeptProcess, Role } from '../rig/kept-process.js';
import type { Rig } from '../rig/rig.js';
import { sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

const sleepers: readonly Role[] = ['executor', 'worker', 'worker', 'foreign-worker'];
const leastMs = 100;

/** SIGSTOP of an executor or a worker, for longer than its lock now and then; several may sleep at once. */
export class PauseProcesses implements Fault {
  readonly name = 'pause';
  readonly mustHappen = ['paused worker', 'paused executor'];
  private readonly tally = new Tally(this.name);
  private readonly asleep = new Map<number, KeptProcess>();
  private deck: Role[] = [];

  constructor(private readonly mostMs: number) {}

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(sleepers);
    const role = this.deck.pop()!;
    const sleeper = random.pick(rig.of(role));
    // As many short ones as long ones, on a scale of factors.
    const forMs = Math.round(leastMs * (this.mostMs / leastMs) ** Math.max(random.next(), random.next()));
    const pid = sleeper.pause();
    if (pid === 0) return;
    this.tally.tell(rig, `paused ${role}`, { process: sleeper.name, pid, forMs });
    this.asleep.set(pid, sleeper);
    void sleep(forMs).then(() => this.wake(pid));
  }

  async end(): Promise<void> {
    for (const pid of this.asleep.keys()) this.wake(pid);
  }

  private wake(pid: number): void {
    this.asleep.get(pid)?.resume(pid);
    this.asleep.delete(pid);
  }
}
