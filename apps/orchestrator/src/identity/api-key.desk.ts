import { CocError, type CreateKey, type CreatedKey, type KeyList, type KeyView } from '#libs/contracts';
import type { ApiKey, ApiKeyStore } from '#libs/state';
import type { Caller } from './caller.js';
import type { KeyRing } from './key-ring.js';
import { formatKeyText, hashSecret, newKeyId, newSecret } from './key-text.js';

/** Makes, shows and revokes the API keys of a tenant; of others only for the owner. Every method throws CocError. */
export class ApiKeyDesk {
  constructor(
    private readonly store: ApiKeyStore,
    private readonly ring: KeyRing,
  ) {}

  async create(caller: Caller, { name, roles, tenant, expiresInMs }: CreateKey): Promise<CreatedKey> {
    const [id, secret, createdAt] = [newKeyId(), newSecret(), Date.now()];
    const record = {
      id,
      name,
      tenant: tenantFor(caller, tenant),
      roles,
      secretHash: hashSecret(secret),
      createdAt,
      createdBy: caller.principal.actor,
      expiresAt: expiresInMs === undefined ? null : createdAt + expiresInMs,
    };
    await this.store.create(record);
    return { ...viewOf({ ...record, revokedAt: null, lastUsedAt: null }), key: formatKeyText({ id, secret }) };
  }

  async list(caller: Caller, tenant: string | undefined, page: { limit: number; cursor?: string }): Promise<KeyList> {
    const { items, nextCursor } = await this.store.list(tenantFor(caller, tenant), page);
    return { items: items.map(viewOf), nextCursor };
  }

  /** Again, it is what it was. */
  async revoke(caller: Caller, id: string): Promise<void> {
    const key = await this.store.find(id);
    const isTheirs = key !== undefined && (caller.isOwner || key.tenant === caller.principal.tenant);
    if (!isTheirs) throw new CocError('NOT_FOUND', `there is no key ${id.slice(0, 100)}`);
    await this.store.revoke(id, Date.now());
    this.ring.drop(id);
  }
}

function tenantFor({ principal, isOwner }: Caller, wanted: string | undefined): string {
  if (wanted === undefined || wanted === principal.tenant) return principal.tenant;
  if (isOwner) return wanted;
  throw new CocError('FORBIDDEN', "only the owner's key may name another tenant");
}

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

function viewOf({ secretHash: _, ...key }: ApiKey): KeyView {
  return {
    ...key,
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: isoOf(key.expiresAt),
    revokedAt: isoOf(key.revokedAt),
    lastUsedAt: isoOf(key.lastUsedAt),
  };
}
