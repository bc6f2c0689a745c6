import { CocError, formatTaskIndex, limits, type AskedRisk, type PayloadClaim } from '#libs/contracts';
import { collectReferences, type EarlierTask } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { fillSpec } from '../payloads/fill-spec.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { decodeTask, parseSpec } from '../plan/plan-encoding.js';
import { parseCounts } from './counts.js';

/** Of a task that was approved, and says no more why, for a human changed its input: from here on nobody may say yes to a risk of their own. */
const askedBefore: AskedRisk = {
  score: 60,
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

  /**
   * The tasks of its plan as they were planned, large values in place; without the children of fan-outs. Throws NOT_FOUND when it is being
   * removed, REFERENCE_INVALID for an input that can only be data, ARTIFACT_MISSING and the like.
   */
  async tasks(id: string): Promise<EarlierTask[]> {
    const { total } = parseCounts(await this.redis.hget(this.keys.directive(id), 'counts'));
    const tasks: EarlierTask[] = [];
    for (let from = 0; from < total; from += limits.scriptChunk) {
      const indexes = Array.from({ length: Math.min(limits.scriptChunk, total - from) }, (_, at) => from + at);
      for (const task of await this.page(id, indexes.map(formatTaskIndex))) tasks.push(task);
    }
    // A removal takes the record away first: as long as it is there, all that was read was whole.
    if ((await this.redis.exists(this.keys.directive(id))) === 1) return tasks;
    throw new CocError('NOT_FOUND', `there is no directive ${id} any more`);
  }

  /** Which of these tasks, by their ids, are of effect `once`. */
  async onceOf(id: string, wanted: ReadonlySet<string>): Promise<string[]> {
    const { total } = parseCounts(await this.redis.hget(this.keys.directive(id), 'counts'));
    const found: string[] = [];
    for (let from = 0; from < total && wanted.size > 0; from += limits.scriptChunk) {
      const indexes = Array.from({ length: Math.min(limits.scriptChunk, total - from) }, (_, at) =>
        formatTaskIndex(from + at),
      );
      const texts = await this.redis.hmget(this.keys.plan(id), ...indexes.flatMap((index) => [index, `${index}:spec`]));
      for (let at = 0; at < texts.length; at += 2) {
        const [control, text] = [texts[at], texts[at + 1]];
        if (!control || !text) continue;
        const spec = parseSpec(control, text);
        if (spec.effect === 'once' && wanted.has(spec.id)) found.push(spec.id);
      }
    }
    return found;
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
    if (!stored.dynamic && collectReferences(task.input).references.length > 0) throw literal(task.id);
    const { approved } = JSON.parse(state ?? '{}') as { approved?: boolean };
    const asked = task.risk ?? (approved ? askedBefore : undefined);
    return asked ? { task, asked } : { task };
  }
}

function literal(taskId: string): CocError {
  const detail = `a human changed the input of "${taskId}" to data that looks like a reference; submit it as a new directive`;
  return new CocError('REFERENCE_INVALID', detail);
}
