import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';

/** A reservation whose directive never came is free again after this. */
const reservationSeconds = 60;

/** A client's own ids, unique per tenant, in the tenant's home slot. */
export class RefRegister {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** False when another directive has the ref. Reserving it again for the same directive is fine. */
  async reserve(tenant: string, ref: string, directiveId: string): Promise<boolean> {
    const key = this.keys.ref(tenant, ref);
    const taken = await this.redis.set(key, directiveId, 'EX', reservationSeconds, 'NX');
    return taken === 'OK' || (await this.redis.get(key)) === directiveId;
  }

  async keep(tenant: string, ref: string): Promise<void> {
    await this.redis.persist(this.keys.ref(tenant, ref));
  }

  async release(tenant: string, ref: string): Promise<void> {
    await this.redis.del(this.keys.ref(tenant, ref));
  }
}
