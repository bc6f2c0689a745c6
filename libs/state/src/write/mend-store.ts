import { shardOfDirective } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { ScriptRunner } from '../redis/script-runner.js';

export interface OpenPage {
  ids: string[];
  /** Where the next page begins; '0' after the last. */
  cursor: string;
}

/** What a look at some tasks of a directive found; `next` is the task to go on with. */
export interface MendStep {
  /** Words for what nothing would have moved, each with the index of its task. */
  mended: string[];
  next: number | null;
}

/** `more`: the next tasks of the same directive, as long as nothing happens to it. */
export type ReservationStep =
  | { result: 'even' | 'moved' | 'rests' }
  | { result: 'more'; sum: ReservationSum }
  | { result: 'corrected'; microUsd: number; tokens: number };

export interface ReservationSum {
  from: number;
  seq: string;
  microUsd: string;
  tokens: string;
}

const timerStart = 'ttl:';
const tasksPerCall = 50;
const sumsPerCall = 500;

/** Looks whether the record of directives that are not over is whole, and mends what is not. */
export class MendStore {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** Every directive that is not over has a timer for its end: they are listed nowhere else. About `count`, some of them twice. */
  async open(shard: number, cursor: string, count: number): Promise<OpenPage> {
    const [next, flat] = await this.redis.zscan(
      this.keys.timers(shard),
      cursor,
      'MATCH',
      `${timerStart}*`,
      'COUNT',
      count,
    );
    const ids = flat.filter((_, at) => at % 2 === 0).map((timer) => timer.slice(timerStart.length));
    return { ids, cursor: next };
  }

  /** Of a directive that did not change for so long; up to 50 tasks, from `from` on. */
  async mend(directiveId: string, quietMs: number, from: number): Promise<MendStep> {
    const [result, next, ...mended] = (await this.run('mend-directive', directiveId, [
      quietMs,
      from,
      tasksPerCall,
    ])) as [string, (number | '')?, ...string[]];
    return result === 'ok' ? { mended, next: next === '' ? null : Number(next) } : { mended: [], next: null };
  }

  /** 500 tasks, from the beginning or from where the step before ended. */
  async correctReservation(directiveId: string, sum?: ReservationSum): Promise<ReservationStep> {
    const { from = 0, seq = '', microUsd = '', tokens = '' } = sum ?? {};
    const args = [from, sumsPerCall, seq, microUsd, tokens];
    const [result, ...values] = (await this.run('correct-reservation', directiveId, args)) as [string, ...string[]];
    if (result === 'more') {
      const [next, at, money, used] = values as [string, string, string, string];
      return { result, sum: { from: Number(next), seq: at, microUsd: money, tokens: used } };
    }
    if (result === 'corrected') return { result, microUsd: Number(values[0]), tokens: Number(values[1]) };
    return { result: result as 'even' | 'moved' | 'rests' };
  }

  private async run(name: string, directiveId: string, args: (string | number)[]): Promise<unknown> {
    const root = this.keys.root(shardOfDirective(directiveId)!);
    return this.scripts.run({ name, root, args: [directiveId, ...args] });
  }
}
