import { CocError } from '#libs/contracts';
import { HoldStore, TaskStore, type HoldDecision } from '#libs/state';
import type { Stage } from '../stage.js';
import type { DirectiveView, Snapshot } from './snapshot.js';

const usd = 1_000_000;

/** What the humans of the model say, by the number they are given. */
export class Humans {
  private readonly holds: HoldStore;
  private readonly tasks: TaskStore;

  constructor(stage: Stage) {
    this.holds = new HoldStore(stage.scripts, stage.keys);
    this.tasks = new TaskStore(stage.scripts, stage.keys);
  }

  /** Answers a task that is held; now and then one that is not, which changes nothing. */
  async decide({ directives }: Snapshot, pick: number): Promise<void> {
    const tasks = directives.flatMap(({ id, tasks: all }) => [...all.values()].map((task) => ({ id, task })));
    const held = tasks.filter(({ task }) => task.state === 'held');
    const from = pick % 9 === 0 ? tasks : held;
    const chosen = from[pick % Math.max(1, from.length)];
    if (!chosen) return;
    const { id, task } = chosen;
    const place = { directiveId: id, taskIndex: Number.parseInt(task.index, 36), sinceMs: task.since ?? 0 };
    await this.refusable(this.holds.decide(place, answerTo(task.waiting?.[0], pick)));
  }

  /** An order about any task, also one that allows none. */
  async orderTask({ directives }: Snapshot, pick: number): Promise<void> {
    const tasks = directives.flatMap(({ id, tasks: all }) => [...all.keys()].map((index) => ({ id, index })));
    const chosen = tasks[pick % Math.max(1, tasks.length)];
    if (!chosen) return;
    const verb = (['skip', 'complete', 'retry'] as const)[pick % 3]!;
    const text = verb === 'complete' ? '"by hand"' : '';
    await this.refusable(
      this.tasks.order(chosen.id, Number.parseInt(chosen.index, 36), {
        verb,
        by: 'model',
        comment: '',
        text,
        mayAnswer: true,
      }),
    );
  }

  async raise({ id, budgetMicroUsd }: DirectiveView, pick: number): Promise<void> {
    if (budgetMicroUsd === undefined) return;
    const maxMicroUsd = budgetMicroUsd + ((pick % 4) - 1) * usd;
    await this.refusable(this.holds.raiseBudget(id, { maxMicroUsd, by: 'model', comment: '' }));
  }

  private async refusable(answer: Promise<unknown>): Promise<void> {
    await answer.catch((error: unknown) => {
      const isRefusal =
        error instanceof CocError &&
        ['HOLD_ENDED', 'TRANSITION_ILLEGAL', 'BUDGET_TOO_LOW', 'NOT_FOUND'].includes(error.code);
      if (!isRefusal) throw error;
    });
  }
}

function answerTo(kind: string | undefined, pick: number): HoldDecision {
  const word = { by: 'model', comment: '' };
  if (kind === 'budget') return { ...word, decision: 'fail' };
  if (kind === 'effect-unknown') {
    const decision = (['retry', 'complete', 'fail'] as const)[pick % 3]!;
    return { ...word, decision, ...(decision === 'complete' ? { text: '"done"' } : {}) };
  }
  const grant = pick % 5 === 0 ? { maxScore: pick % 100 } : {};
  return { ...word, decision: pick % 3 === 0 ? 'deny' : 'approve', ...grant };
}
