import { appendFileSync } from 'node:fs';
import { checkMoment } from '../checker/check-moment.js';
import type { Evidence, Glimpse } from '../checker/evidence.js';
import { readDirective } from '../checker/gather.js';
import type { RedisHost } from '../rig/redis.host.js';
import { clockMs, sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { lookScript } from './look.lua.js';

const everyMs = 100;
/** Directives that are read at each look; reading one costs Redis some 50 µs. */
const directivesEachLook = 10;

type Seen = Glimpse extends infer Each ? (Each extends Glimpse ? Omit<Each, 'atMs'> : never) : never;

export interface WatchParts {
  redis: RedisHost;
  /** The roots of the shards. */
  roots: readonly string[];
  /** Where what was seen is written, a JSON line each. */
  path: string;
  random: SeededRandom;
  /** What was submitted so far. */
  history: () => Evidence['history'];
}

/**
 * Looks into Redis ten times a second while the run goes on, for what repairs itself is not to be seen at the end: an outcome that was passed
 * over, a job that is gone too soon, a directive whose story is not its state. It writes down only what may be wrong.
 */
export class Watch {
  private readonly told = new Set<string>();
  private before: string[] = [];
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly parts: WatchParts) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      // Redis may be down, or busy with another fault.
      for (const root of this.parts.roots) await this.look(root).catch(() => undefined);
      await sleep(everyMs);
    }
  }

  private async look(root: string): Promise<void> {
    const [found, ids] = (await this.parts.redis.admin.call('EVAL_RO', lookScript, '1', root)) as [string[], string[]];
    for (const text of found) {
      const seen = JSON.parse(text) as Extract<Seen, { jobId: string }>;
      this.tell(`${seen.what} ${seen.jobId}`, seen);
    }
    // Those that were at work a moment ago, too: they may just have ended.
    const candidates = [...new Set([...ids, ...this.before])].filter((id) => id.startsWith(idPrefix(root)));
    this.before = [...this.before.filter((id) => !id.startsWith(idPrefix(root))), ...ids];
    const chosen = this.parts.random.shuffle(candidates).slice(0, directivesEachLook);
    for (const id of chosen) await this.lookAt(`${root}:d:${id}`, id);
  }

  private async lookAt(key: string, id: string): Promise<void> {
    const directive = await readDirective(this.parts.redis.admin, key);
    if (checkMoment(directive, this.parts.history()).length > 0)
      this.tell(`directive ${id}`, { what: 'directive', directive });
  }

  /** Each thing once. */
  private tell(name: string, seen: Seen): void {
    if (this.told.has(name)) return;
    this.told.add(name);
    appendFileSync(this.parts.path, `${JSON.stringify({ atMs: clockMs(), ...seen })}\n`);
  }
}

/** Of the directives of a shard, by its root `{coc:<shard>}`. */
function idPrefix(root: string): string {
  return `d${/:(\d+)\}$/.exec(root)![1]}_`;
}
