import type { KeptProcess, Launch, Life } from '../rig/kept-process.js';
import { pollFor } from '../run/clock.js';
import type { CrashDesk } from './crash-desk.js';
import type { CrashOrder } from './tripwire.js';

const attempts = 5;

/** A kept process that dies where it is told: now and then, or in its next lives. */
export class CrashVictim {
  private orders: CrashOrder[] = [];

  constructor(
    readonly name: string,
    private readonly process: () => KeptProcess,
    private readonly desk: CrashDesk,
  ) {}

  /** What the next life is told before it begins. */
  prepare(launch: Launch): void {
    const order = this.orders.shift();
    if (order) Object.assign(launch.env, { CHAOS_CRASH_POINT: order.point, CHAOS_CRASH_HIT: String(order.hit) });
  }

  /** The next so many lives end at the point; instead of what was ordered before. */
  armNextLives(order: CrashOrder, lives: number): void {
    this.orders = Array.from({ length: lives }, () => order);
  }

  async arm(order: CrashOrder): Promise<void> {
    await this.tell(order);
  }

  async disarm(): Promise<void> {
    this.orders = [];
    await this.tell(undefined);
  }

  async counts(): Promise<Record<string, number>> {
    return this.desk.counts(this.name);
  }

  /** Its lives until now. Nobody but the point itself ends one by SIGKILL that the rig does not know of. */
  get deaths(): number {
    return this.process().lives.filter(isOwnDeath).length;
  }

  /** It may die, at what it was told before, while it is told something else: then its next life is told. */
  private async tell(order: CrashOrder | undefined): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.desk.arm(this.name, order);
        return;
      } catch (error) {
        if (attempt === attempts) throw error;
      }
    }
  }

  /** Ends this life, so that the next one begins. */
  async restart(): Promise<void> {
    const lives = this.process().lives.length;
    await pollFor(2_000, async () => this.process().kill() || undefined, 20);
    await pollFor(2_000, async () => this.process().lives.length > lives || undefined, 20);
  }
}

function isOwnDeath({ by, end }: Life): boolean {
  return by === 'itself' && end === 'SIGKILL';
}
