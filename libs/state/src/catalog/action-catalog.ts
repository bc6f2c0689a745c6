import { ActionRecord, CocError } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * Whoever fetches claims takes values as well: a version that was published before its workers could stays as it was, and they serve it. Not
 * the other way round: who cannot fetch claims would be sent some.
 */
function isSameVersion({ claims, ...record }: ActionRecord, stored: string): boolean {
  const plain = canonical(record);
  return stored === plain || (claims === true && stored === canonical({ ...record, claims }));
}

/** The versioned record of every action the system knows. Fields: `<name>` is the current version, `<name>@<version>` a record. */
export class ActionCatalog {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Idempotent. Refuses (ACTION_CONFLICT) another content under a version that is already published. */
  async publish(record: ActionRecord): Promise<void> {
    const field = `${record.name}@${record.version}`;
    const text = canonical(record);
    const isNew = await this.redis.hsetnx(this.keys.catalog(), field, text);
    if (isNew === 0 && !isSameVersion(record, (await this.redis.hget(this.keys.catalog(), field)) ?? '')) {
      throw new CocError(
        'ACTION_CONFLICT',
        `${field} is published with another content; give the changed action a new version`,
      );
    }
    await this.redis.hset(this.keys.catalog(), record.name, record.version);
  }

  /** The record of a version, or of the current one. */
  async get(name: string, version?: string): Promise<ActionRecord | undefined> {
    const wanted = version ?? (await this.redis.hget(this.keys.catalog(), name));
    if (wanted === null) return undefined;
    const text = await this.redis.hget(this.keys.catalog(), `${name}@${wanted}`);
    return text === null ? undefined : ActionRecord.parse(JSON.parse(text));
  }

  /** Current version of every action, by name. */
  async list(): Promise<ActionRecord[]> {
    const all = await this.redis.hgetall(this.keys.catalog());
    return Object.entries(all)
      .filter(([field]) => !field.includes('@'))
      .flatMap(([name, version]) => all[`${name}@${version}`] ?? [])
      .map((text) => ActionRecord.parse(JSON.parse(text)))
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }
}
