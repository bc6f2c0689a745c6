import type { KeptProcess, Role } from '../rig/kept-process.js';
import type { Rig } from '../rig/rig.js';
import { pollFor, sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

/** Who sleeps, as often as it stands here. */
const usualSleepers: readonly Role[] = ['executor', 'worker', 'worker', 'foreign-worker'];
const leastMs = 100;

/** SIGSTOP of a process, for longer than its lock now and then; several may sleep at once. */
export class PauseProcesses implements Fault {
  readonly mustHappen: string[];
  private readonly tally: Tally;
  private readonly asleep = new Map<number, KeptProcess>();
  private deck: Role[] = [];

  constructor(
    private readonly mostMs: number,
    private readonly sleepers = usualSleepers,
    readonly name = 'pause',
  ) {
    this.tally = new Tally(name);
    this.mustHappen = [...new Set(sleepers)]
      .filter((role) => role !== 'foreign-worker')
      .map((role) => `paused ${role}`);
  }

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    if (this.deck.length === 0) this.deck = random.shuffle(this.sleepers);
    const role = this.deck.pop()!;
    const candidates = random.shuffle([...new Set(this.sleepers)].flatMap((each) => rig.of(each)));
    // More long ones than short ones, on a scale of factors.
    const forMs = Math.round(leastMs * (this.mostMs / leastMs) ** Math.max(random.next(), random.next()));
    // When all of the role are asleep it is another's turn; when all of all are, it waits.
    const inTurn = candidates.toSorted((a, b) => Number(b.role === role) - Number(a.role === role));
    const sleeper = await pollFor(this.mostMs, async () => inTurn.find((each) => each.pause() !== 0), 50);
    if (sleeper) this.putToSleep(rig, sleeper, forMs);
  }

  private putToSleep(rig: Rig, sleeper: KeptProcess, forMs: number): void {
    const { pid, name, role } = sleeper;
    this.tally.tell(rig, `paused ${role}`, { process: name, pid, forMs });
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
