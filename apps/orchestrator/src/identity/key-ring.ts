import type { ApiKey, ApiKeyStore } from '#libs/state';

/** So long a key that was just revoked may still be taken, on each process. */
const freshForMs = 2_000;
const maxKept = 10_000;
const noteEveryMs = 60_000;

interface Kept {
  at: number;
  key: Promise<ApiKey | undefined>;
}

/** The API keys that are in use, so that a request costs no round trip to Redis. */
export class KeyRing {
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly store: ApiKeyStore) {}

  /** Undefined for one that never was. Rejects when Redis does. */
  async find(id: string): Promise<ApiKey | undefined> {
    const known = this.kept.get(id);
    if (known && performance.now() - known.at < freshForMs) return known.key;
    const look: Kept = { at: performance.now(), key: this.store.find(id) };
    this.keep(id, look);
    try {
      const key = await look.key;
      if (key === undefined) this.forget(id, look);
      return key;
    } catch (error) {
      this.forget(id, look);
      throw error;
    }
  }

  /** To the minute: a request must not cost a write. What cannot be noted is not. */
  noteUse(key: ApiKey): void {
    const nowMs = Date.now();
    if (nowMs - (key.lastUsedAt ?? 0) < noteEveryMs) return;
    key.lastUsedAt = nowMs;
    this.store.noteUse(key.id, nowMs).catch(() => undefined);
  }

  has(id: string): boolean {
    return this.kept.has(id);
  }

  drop(id: string): void {
    this.kept.delete(id);
  }

  private keep(id: string, look: Kept): void {
    this.kept.delete(id);
    this.kept.set(id, look);
    const [oldest] = this.kept.keys();
    if (this.kept.size > maxKept && oldest !== undefined) this.kept.delete(oldest);
  }

  /** Not one that somebody looked up anew meanwhile. */
  private forget(id: string, look: Kept): void {
    if (this.kept.get(id) === look) this.kept.delete(id);
  }
}
