import { formatTaskIndex, type DirectiveView, type PlanView, type TaskDetail, type TaskState } from '#libs/contracts';
import { explainWait } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { parseSpec } from '../plan/plan-encoding.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { fieldsOf, viewTask, type Dependencies, type StoredTask, type TaskParts } from './stored-task.js';

interface TaskPlace {
  index: number;
  queue: string;
  /** Attempts so far. */
  attempt: number;
}

const searchPage = 1_000;

/** Reads tasks of a plan page by page. */
export class PlanReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async page(directive: DirectiveView, limit: number, cursor: string | undefined): Promise<PlanView> {
    const from = cursor === undefined ? 0 : Number(decodeCursor(cursor, ['number'])[0]);
    const indexes = range(from, Math.min(directive.tasks.total, from + limit));
    const parts = await this.load(directive.id, indexes);
    const dependencies = await this.dependenciesOf(directive.id, parts);
    const next = from + limit;
    return {
      directiveId: directive.id,
      state: directive.state,
      planHash: directive.planHash,
      items: parts.map((part) => viewTask(part, directive, dependencies)),
      nextCursor: next < directive.tasks.total ? encodeCursor([next]) : null,
    };
  }

  /** One task by the client's id; undefined when the plan has none of this name. */
  async task(directive: DirectiveView, taskId: string): Promise<TaskDetail | undefined> {
    const place = await this.findPlace(directive, taskId);
    const [part] = place ? await this.load(directive.id, [place.index]) : [];
    if (!part) return undefined;
    const dependencies = await this.dependenciesOf(directive.id, [part]);
    const view = viewTask(part, directive, dependencies);
    return {
      ...view,
      directiveId: directive.id,
      dependencies: part.spec.dependsOn.map((index) => ({
        id: dependencies.idOf(index),
        state: dependencies.stateOf(index),
      })),
      why: explainWait(view),
    };
  }

  /** Where one task stands, by the client's id; the plan is searched page by page, without the inputs. */
  async findPlace({ id, tasks }: DirectiveView, taskId: string): Promise<TaskPlace | undefined> {
    for (let from = 0; from < tasks.total; from += searchPage) {
      const fields = range(from, Math.min(tasks.total, from + searchPage)).map(formatTaskIndex);
      const controls = (await this.redis.hmget(this.keys.plan(id), ...fields)).map(controlOf);
      const at = controls.findIndex((control) => control?.id === taskId);
      if (at < 0) continue;
      const stored = await this.redis.hget(this.keys.tasks(id), fields[at]!);
      const attempt = stored === null ? 0 : ((JSON.parse(stored) as StoredTask).attempt ?? 0);
      return { index: from + at, queue: controls[at]!.queue, attempt };
    }
    return undefined;
  }

  private async load(id: string, indexes: readonly number[]): Promise<TaskParts[]> {
    if (indexes.length === 0) return [];
    const fields = indexes.map(fieldsOf);
    const [plan, tasks] = await Promise.all([
      this.redis.hmget(this.keys.plan(id), ...fields.flatMap((field) => field.plan)),
      this.redis.hmget(this.keys.tasks(id), ...fields.flatMap((field) => field.tasks)),
    ]);
    return indexes.flatMap((index, at) => {
      const [control, spec] = [plan[at * 2], plan[at * 2 + 1]];
      const [stored, pending] = [tasks[at * 2], tasks[at * 2 + 1]];
      // A fan-out may have taken its indexes and not yet written every child.
      if (!control || !spec) return [];
      return [
        {
          index,
          spec: parseSpec(control, spec),
          control: JSON.parse(control) as TaskParts['control'],
          stored: stored ? (JSON.parse(stored) as StoredTask) : undefined,
          pending: pending ? Number(pending) : undefined,
        },
      ];
    });
  }

  /** Ids and states of every task these point to, in one round trip. */
  private async dependenciesOf(id: string, parts: readonly TaskParts[]): Promise<Dependencies> {
    const indexes = [
      ...new Set(parts.flatMap(({ spec }) => [...spec.dependsOn, ...(spec.parent === undefined ? [] : [spec.parent])])),
    ];
    const [controls, states] =
      indexes.length === 0
        ? [[], []]
        : await Promise.all([
            this.redis.hmget(this.keys.plan(id), ...indexes),
            this.redis.hmget(this.keys.tasks(id), ...indexes),
          ]);
    const ids = new Map(indexes.map((index, at) => [index, controlOf(controls[at] ?? null)?.id ?? index]));
    const stateOf = new Map<string, TaskState>(
      indexes.map((index, at) => [index, states[at] ? (JSON.parse(states[at]) as StoredTask).state : 'waiting']),
    );
    return { idOf: (index) => ids.get(index) ?? index, stateOf: (index) => stateOf.get(index) ?? 'waiting' };
  }
}

function controlOf(text: string | null): TaskParts['control'] | undefined {
  return text === null ? undefined : (JSON.parse(text) as TaskParts['control']);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
}
