import { createHash, randomBytes } from 'node:crypto';
import type { Keys } from '../keys.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** A request under an Idempotency-Key; `directiveId` is the one it would get. */
export interface KeyedRequest {
  tenant: string;
  key: string;
  requestHash: string;
  directiveId: string;
}

/** A key that this request has until it is answered. */
export interface KeyReservation {
  tenant: string;
  keyHash: string;
  /** By which this try is known. */
  word: string;
  /** The one to accept: another try may have been given it before. */
  directiveId: string;
}

export type KeyAnswer =
  | { result: 'reserved'; reservation: KeyReservation }
  | { result: 'done'; directiveId: string }
  | { result: 'busy'; leftMs: number }
  | { result: 'mismatch' };

const keepMs = 24 * 3_600_000;

/** Idempotency-Keys of tenants, in the tenant's home slot: which request has them, and for 24 h which directive it got. */
export class KeyRegister {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
    private readonly leaseMs: number,
  ) {}

  async reserve({ tenant, key, requestHash, directiveId }: KeyedRequest): Promise<KeyAnswer> {
    const keyHash = createHash('sha256').update(key).digest('base64url');
    const word = randomBytes(9).toString('base64url');
    const reply = await this.scripts.run({
      name: 'reserve-key',
      root: this.keys.tenant(tenant),
      args: [keyHash, requestHash, directiveId, word, this.leaseMs],
    });
    const [result, value = ''] = reply as [KeyAnswer['result'], string?];
    if (result === 'reserved') return { result, reservation: { tenant, keyHash, word, directiveId: value } };
    if (result === 'done') return { result, directiveId: value };
    return result === 'busy' ? { result, leftMs: Number(value) } : { result: 'mismatch' };
  }

  /** `refused`: the key is free again. `unknown`: the next try goes on at once, with the same directive; kept no longer than a lease, for at maxmemory every try may end so. */
  async end({ tenant, keyHash, word }: KeyReservation, what: 'done' | 'refused' | 'unknown'): Promise<void> {
    await this.scripts.run({
      name: 'end-key',
      root: this.keys.tenant(tenant),
      args: [keyHash, word, what, what === 'done' ? keepMs : this.leaseMs],
    });
  }
}
