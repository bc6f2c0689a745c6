import type { Redis } from './open-redis.js';
import { ProgressWatch } from './progress-watch.js';

/** A reader or a worker: something that goes on by a connection of its own. */
export interface Watched {
  readonly name: string;
  /** Any number that changes with each step. */
  progress(): number;
  /** Whether work waits for it that it could take; asked when Redis answers. */
  isDue(): Promise<boolean>;
  /** Makes its connection, or itself, anew; what runs in it goes on. */
  recreate(): void;
}

export interface WatchdogOptions {
  /** By which it is known that Redis answers. */
  redis: Redis;
  /** Asked at every look, for what is watched comes and goes. */
  watched: () => readonly Watched[];
  onRecreate: (name: string) => void;
  everyMs?: number;
  patienceMs?: number;
}

const mostRecreations = 2;
const answerWithinMs = 1_000;

/** Whether Redis answers within a second for every one of these keys: on a cluster each may be on another master, and one may be away. */
export async function answersFor(redis: Redis, keys: readonly string[]): Promise<boolean> {
  if (redis.status !== 'ready') return false;
  return answersInTime(Promise.all(keys.map(async (key) => redis.exists(key))));
}

async function answersInTime(asked: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), answerWithinMs);
  const answer = asked.then(
    () => true,
    () => false,
  );
  const answers = await Promise.race([answer, late]);
  clearTimeout(timer);
  return answers;
}

/** Looks every few seconds whether each reader and worker of a process makes progress while it has reason to. */
export class Watchdog {
  /** Resolves with the reason when nothing helped: the process should end, so that its supervisor starts another. */
  readonly broken: Promise<string>;
  private readonly breakdown = Promise.withResolvers<string>();
  /** By what is watched, not by its name: a reader that was opened anew begins anew. */
  private readonly watches = new WeakMap<Watched, ProgressWatch>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(private readonly options: WatchdogOptions) {
    this.broken = this.breakdown.promise;
  }

  start(): void {
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** One look at everything; the loop calls it every few seconds. */
  async lookOnce(): Promise<void> {
    const answers = await this.doesAnswer();
    for (const watched of this.options.watched()) {
      const isDue = answers && (await watched.isDue().catch(() => false));
      if (!this.stopped) this.judge(watched, isDue);
    }
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.lookOnce().then(
        () => this.schedule(),
        () => this.schedule(),
      );
    }, this.options.everyMs ?? 3_000);
    this.timer.unref();
  }

  private judge(watched: Watched, isDue: boolean): void {
    const { name } = watched;
    const watch = this.watches.get(watched) ?? new ProgressWatch(this.options.patienceMs ?? 15_000, mostRecreations);
    this.watches.set(watched, watch);
    const verdict = watch.look({ progress: watched.progress(), isDue, nowMs: performance.now() });
    if (verdict === 'fine') return;
    this.options.onRecreate(name);
    if (verdict === 'recreate') watched.recreate();
    else this.breakdown.resolve(`${name} makes no progress although Redis answers, and making it anew did not help`);
  }

  /** While Redis is away nobody makes progress, and nobody is to blame. */
  private async doesAnswer(): Promise<boolean> {
    return this.options.redis.status === 'ready' && answersInTime(this.options.redis.time());
  }
}
