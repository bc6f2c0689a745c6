import { KeyName, Role, TenantName } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import { z } from 'zod';
import type { Keys } from '../keys.js';
import { decodeCursor, encodeCursor } from '../read/cursor.js';

const StoredKey = z.object({
  id: z.string(),
  name: KeyName,
  tenant: TenantName,
  roles: z.array(Role),
  /** SHA-256 of the secret, in hex; the secret itself is nowhere. */
  secretHash: z.string(),
  createdAt: z.number(),
  createdBy: z.string(),
  expiresAt: z.number().nullable(),
});
type StoredKey = z.infer<typeof StoredKey>;

/** Times are milliseconds. */
export interface ApiKey extends StoredKey {
  revokedAt: number | null;
  lastUsedAt: number | null;
}

export interface ApiKeyPage {
  items: ApiKey[];
  nextCursor: string | null;
}

/** Fields of a key in the hash of all keys: what never changes, and what is written once or now and then beside it. */
const fieldsOf = (id: string): [string, string, string] => [id, `${id}:revoked`, `${id}:used`];

function parse([record, revoked, used]: readonly (string | null)[]): ApiKey | undefined {
  if (record === null || record === undefined) return undefined;
  const revokedAt = revoked == null ? null : Number(revoked);
  const lastUsedAt = used == null ? null : Number(used);
  return { ...StoredKey.parse(JSON.parse(record)), revokedAt, lastUsedAt };
}

/** API keys of all tenants, in the home slot of the installation. */
export class ApiKeyStore {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Written again, it is the same. */
  async create(key: StoredKey): Promise<void> {
    await this.redis
      .multi()
      .hset(this.keys.apiKeys(), key.id, JSON.stringify(key))
      .zadd(this.keys.apiKeysOf(key.tenant), key.createdAt, key.id)
      .exec();
  }

  async find(id: string): Promise<ApiKey | undefined> {
    return parse(await this.redis.hmget(this.keys.apiKeys(), ...fieldsOf(id)));
  }

  /** The first time counts. */
  async revoke(id: string, nowMs: number): Promise<void> {
    await this.redis.hsetnx(this.keys.apiKeys(), `${id}:revoked`, nowMs);
  }

  async noteUse(id: string, nowMs: number): Promise<void> {
    await this.redis.hset(this.keys.apiKeys(), `${id}:used`, nowMs);
  }

  /** Of a tenant, the newest first; revoked ones too. */
  async list(tenant: string, { limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<ApiKeyPage> {
    const [skip = 0] = cursor === undefined ? [] : (decodeCursor(cursor, ['number']) as number[]);
    const ids = await this.redis.zrevrange(this.keys.apiKeysOf(tenant), skip, skip + limit);
    const shown = ids.slice(0, limit);
    const found = await Promise.all(shown.map(async (id) => this.find(id)));
    const items = found.filter((key) => key !== undefined);
    return { items, nextCursor: ids.length > limit ? encodeCursor([skip + limit]) : null };
  }
}
