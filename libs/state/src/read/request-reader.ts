import { formatTaskIndex, limits, type AskedRisk, type PayloadClaim } from '#libs/contracts';
import type { EarlierTask } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { fillSpec } from '../payloads/fill-spec.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { decodeTask, parseSpec } from '../plan/plan-encoding.js';
import { parseCounts } from './counts.js';

/** Of a task that was approved, and says no more why: an input that a human changed brings no risk of its own. */
const askedBefore: AskedRisk = {
  score: 0,
  factors: [],
  reasons: ['a human was asked about it in the directive that this one repeats'],
};

type Stored = string | null | undefined;

/** Reads back what a directive was asked to do, for one that does it again. */
export class RequestReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly payloads: PayloadStore,
  ) {}

  /** The tasks of its plan as they were planned, large values in place; without the children of fan-outs. Throws ARTIFACT_MISSING and the like. */
  async tasks(id: string): Promise<EarlierTask[]> {
    const { total } = parseCounts(await this.redis.hget(this.keys.directive(id), 'counts'));
    const tasks: EarlierTask[] = [];
    for (let from = 0; from < total; from += limits.scriptChunk) {
      const indexes = Array.from({ length: Math.min(limits.scriptChunk, total - from) }, (_, at) => from + at);
      for (const task of await this.page(id, indexes.map(formatTaskIndex))) tasks.push(task);
    }
    return tasks;
  }

  private async page(id: string, indexes: readonly string[]): Promise<EarlierTask[]> {
    const [plan, states] = await Promise.all([
      this.redis.hmget(this.keys.plan(id), ...indexes.flatMap((index) => [index, `${index}:spec`])),
      this.redis.hmget(this.keys.tasks(id), ...indexes),
    ]);
    const tasks: EarlierTask[] = [];
    for (const [at, index] of indexes.entries()) {
      const task = await this.task(id, index, plan[2 * at], plan[2 * at + 1], states[at]);
      if (task) tasks.push(task);
    }
    return tasks;
  }

  private async task(
    id: string,
    index: string,
    control: Stored,
    spec: Stored,
    state: Stored,
  ): Promise<EarlierTask | undefined> {
    if (!control || !spec) return undefined;
    const stored = parseSpec(control, spec);
    if (stored.parent !== undefined) return undefined;
    const filled = await fillSpec(stored, async (claim: PayloadClaim) => this.payloads.load(id, claim));
    const task = decodeTask(index, control, spec, filled);
    const { approved } = JSON.parse(state ?? '{}') as { approved?: boolean };
    const asked = task.risk ?? (approved ? askedBefore : undefined);
    return asked ? { task, asked } : { task };
  }
}
