import { randomUUID } from 'node:crypto';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

const leaseMs = 10_000;
const renewAfterMs = 3_000;
const compare = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end";

/** Only one of its kind is at work in an installation, such as the recorder: a key with a time by Redis' clock, renewed as long as its holder lives. */
export class RecorderLease {
  private readonly key: string;
  private readonly token = randomUUID();
  private text = '';
  private renewedAt = -Infinity;

  constructor(
    private readonly redis: Redis,
    keys: Keys,
    key: string = keys.recorder(),
  ) {
    this.key = key;
  }

  /** Takes the lease, or answers what its holder wrote into it. */
  async take(holder: Record<string, string | number>): Promise<{ heldBy: unknown } | undefined> {
    this.text = JSON.stringify({ ...holder, token: this.token });
    const askedAt = performance.now();
    if ((await this.redis.set(this.key, this.text, 'PX', leaseMs, 'NX')) !== null) {
      this.renewedAt = askedAt;
      return undefined;
    }
    const other = await this.redis.get(this.key);
    return other === null ? this.take(holder) : { heldBy: JSON.parse(other) as unknown };
  }

  /** Before each write: true while the lease is ours, renewed when it was not for 3 s. */
  async isOurs(): Promise<boolean> {
    const askedAt = performance.now();
    if (askedAt - this.renewedAt < renewAfterMs) return true;
    const isOurs = await this.ifHeld(this.text, "redis.call('PEXPIRE', KEYS[1], ARGV[2])");
    if (isOurs) this.renewedAt = askedAt;
    return isOurs;
  }

  async release(): Promise<void> {
    await this.ifHeld(this.text, "redis.call('DEL', KEYS[1])");
  }

  /** Takes it from a holder of whom the caller knows that it is dead. */
  async revoke(heldBy: unknown): Promise<void> {
    await this.ifHeld(JSON.stringify(heldBy), "redis.call('DEL', KEYS[1])");
  }

  /** In one step: a lease that ended in between may be another's by now. */
  private async ifHeld(text: string, change: string): Promise<boolean> {
    return (await this.redis.eval(`${compare} ${change} return 1`, 1, this.key, text, leaseMs)) === 1;
  }
}
