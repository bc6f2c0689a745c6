import { join } from 'node:path';
import type { Role } from '../rig/kept-process.js';
import type { Rig } from '../rig/rig.js';
import { pollFor } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, type Fault } from './fault.js';

const preload = join(import.meta.dirname, '..', 'clock', 'clock.preload.js');
const mostMs = 300_000;
const victims: readonly Role[] = ['executor', 'orchestrator', 'worker', 'executor', 'worker'];

/** Every second life of a process has a clock that is up to five minutes off; of these every second one leaps. */
export class SkewClocks implements Fault {
  readonly name = 'clocks';
  readonly mustHappen = ['skewed executor', 'skewed orchestrator', 'skewed worker'];
  private readonly tally = new Tally(this.name);
  private readonly lives = new Map<string, number>();

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async prepare(rig: Rig, random: SeededRandom): Promise<void> {
    rig.prepare((launch, role, slot) => {
      const name = `${role}-${slot}`;
      const life = (this.lives.get(name) ?? slot) + 1;
      this.lives.set(name, life);
      if (life % 2 === 1) return;
      const own = random.fork(`${name}/${life}`);
      const skewMs = own.pick([-1, 1]) * own.whole(mostMs / 2, mostMs);
      const jump = own.chance(0.5) ? { jumpMs: -2 * skewMs, jumpEveryMs: own.whole(500, 5_000) } : {};
      launch.nodeArgs.push('--import', preload);
      launch.env['CHAOS_CLOCK_SKEW_MS'] = String(skewMs);
      if (jump.jumpMs !== undefined) launch.env['CHAOS_CLOCK_JUMP_MS'] = String(jump.jumpMs);
      if (jump.jumpEveryMs !== undefined) launch.env['CHAOS_CLOCK_JUMP_EVERY_MS'] = String(jump.jumpEveryMs);
      this.tally.tell(rig, `skewed ${role}`, { process: name, skewMs, ...jump });
    });
  }

  /** A process ends, and comes back with another clock. */
  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    const victim = random.pick(rig.of(random.pick(victims)));
    await pollFor(2_000, async () => victim.kill() || undefined, 20);
  }
}
