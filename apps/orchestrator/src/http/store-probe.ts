import { CocError } from '#libs/contracts';
import type { ArtifactStore, Progress } from '#libs/state';

/** A write, a read and a delete may be billed: six a minute are not. */
const cachedMs = 10_000;
const patienceMs = 1_000;

/** Whether the artifact store takes and gives files. What is small goes on without it, so it does not decide readiness. Never throws. */
export class StoreProbe {
  private last: { at: number; progress: Promise<Progress> } | undefined;

  constructor(private readonly store: ArtifactStore) {}

  async check(): Promise<Progress> {
    if (!this.last || performance.now() - this.last.at > cachedMs) {
      this.last = { at: performance.now(), progress: this.look() };
    }
    const { promise: late, resolve } = Promise.withResolvers<Progress>();
    const detail = `${this.store.name} did not answer within ${patienceMs} ms`;
    const timer = setTimeout(() => resolve({ ok: false, detail }), patienceMs);
    const progress = await Promise.race([this.last.progress, late]);
    clearTimeout(timer);
    return progress;
  }

  private async look(): Promise<Progress> {
    try {
      await this.store.check();
      return { ok: true, detail: `${this.store.name}: written and read back` };
    } catch (error) {
      return { ok: false, detail: error instanceof CocError ? error.detail : `${this.store.name} failed` };
    }
  }
}
