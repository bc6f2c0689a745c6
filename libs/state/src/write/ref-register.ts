import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** A reservation whose directive never came is free again after this. */
const reservationSeconds = 60;

/** A client's own ids, unique per tenant, in the tenant's home slot. */
export class RefRegister {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** `taken` when another directive has the ref, `held` when this one has it already. */
  async reserve(tenant: string, ref: string, directiveId: string): Promise<'reserved' | 'held' | 'taken'> {
    const key = this.keys.ref(tenant, ref);
    const isNew = await this.redis.set(key, directiveId, 'EX', reservationSeconds, 'NX');
    if (isNew === 'OK') return 'reserved';
    return (await this.redis.get(key)) === directiveId ? 'held' : 'taken';
  }

  async keep(tenant: string, ref: string): Promise<void> {
    await this.redis.persist(this.keys.ref(tenant, ref));
  }

  /** One that another directive has by now is left to that: a reservation lasts a minute. */
  async release(tenant: string, ref: string, directiveId: string): Promise<void> {
    await this.scripts.run({ name: 'forget-directive', root: this.keys.tenant(tenant), args: [directiveId, ref, 0] });
  }
}
