import { formatTaskIndex, type AskedRisk, type Plan, type PlannedTask, type RetriedTask } from '#libs/contracts';
import { hashOfTasks } from '../canonical-json.js';
import type { EarlierTask } from '../respecify-tasks.js';
import type { StoryFold, ToldTask } from './story.fold.js';

/** What a retry knows of the directive that it repeats. */
export interface RetryFacts {
  directiveId: string;
  /** Of the checkpoint it goes on from. */
  seq: number;
  earlier: readonly EarlierTask[];
  story: StoryFold;
  /** Indexes of tasks whose outputs and artifacts are too much to be taken over. */
  tooLarge: ReadonlySet<number>;
}

export interface RetryDecision {
  /** With the questions to a human, and the effect keys of before. */
  plan: Plan;
  tasks: RetriedTask[];
  /** Indexes of those that are kept, in order. */
  kept: number[];
}

/** Below what only another may say yes to: who asks for the retry is who can look whether the effect has happened. */
const askedScore = 50;

/**
 * Which tasks of a plan that is made again need not run. What had succeeded by the checkpoint is kept. Of the rest, what may have had an
 * effect that must not come twice is asked about: `once` that was begun and did not say how it ended, or ended well after the checkpoint;
 * and a fan-out of `once` or `keyed` children, for they are made anew. Other `keyed` tasks have the effect key of before.
 */
export function decideRetry(plan: Plan, facts: RetryFacts): RetryDecision {
  const judged = plan.tasks.map((task, at) => judge(task, facts.earlier[at]!.task, facts));
  const tasks = judged.map(({ task }) => task);
  return {
    plan: { ...plan, tasks, hash: hashOfTasks(tasks) },
    tasks: judged.map(({ told }) => told),
    kept: judged.flatMap(({ told }) => (told.fate === 'keep' ? told.index : [])),
  };
}

/** Whether it had succeeded by then. */
export function hadSucceeded({ succeededAt }: ToldTask, seq: number): boolean {
  return succeededAt !== undefined && succeededAt <= seq;
}

function judge(task: PlannedTask, earlier: PlannedTask, facts: RetryFacts): { task: PlannedTask; told: RetriedTask } {
  const { id, index, action } = task;
  const known = facts.story.of(earlier.id);
  const about = (fate: RetriedTask['fate'], why: string): RetriedTask => ({ id, index, action, fate, why });
  if (hadSucceeded(known, facts.seq) && !facts.tooLarge.has(index)) return { task, told: about('keep', '') };
  const why = whyAgain(known, index, facts);
  const doubt = doubtOf(earlier, known, facts);
  if (doubt !== undefined) return { task: { ...task, risk: askedAbout(task, doubt) }, told: about('ask', doubt) };
  const settled = withoutSettledDoubt(task, known);
  const run = withEffectKey(settled, earlier, known, facts);
  return { task: run, told: isDoubtful(settled) ? about('ask', settled.risk!.reasons[0] ?? '') : about('run', why) };
}

/** What was unknown of it before this directive is so still, unless it ran here and said how that ended. */
function withoutSettledDoubt(task: PlannedTask, { begun, unsure }: ToldTask): PlannedTask {
  if (!isDoubtful(task) || !begun || unsure) return task;
  const { ungranted: _, ...risk } = task.risk!;
  return { ...task, risk };
}

/** Whether a human is asked about an effect of before, whatever grants there are. */
export function isDoubtful({ risk }: Pick<PlannedTask, 'risk'>): boolean {
  return risk?.ungranted === true;
}

function whyAgain({ succeededAt, childrenBegun }: ToldTask, index: number, { tooLarge, seq }: RetryFacts): string {
  if (tooLarge.has(index)) return 'its output and artifacts are too much to be taken over';
  if (succeededAt !== undefined && succeededAt > seq) return 'it succeeded after the checkpoint';
  return childrenBegun ? 'its children are made anew' : '';
}

/** Why a human is asked before it runs again. */
function doubtOf(earlier: PlannedTask, told: ToldTask, { directiveId, tooLarge }: RetryFacts): string | undefined {
  if (earlier.effect === 'pure') return undefined;
  if (earlier.forEach !== undefined && told.childrenBegun)
    return `children of it were begun in ${directiveId}, and have an effect that may come twice`;
  if (earlier.effect === 'keyed') return undefined;
  if (told.succeededAt !== undefined) {
    const because = tooLarge.has(earlier.index) ? 'its output is too much to be taken over' : 'after the checkpoint';
    return `it succeeded in ${directiveId}, ${because}: its effect would come twice`;
  }
  return told.unsure ? `it was begun in ${directiveId} and nobody knows whether it had its effect` : undefined;
}

function askedAbout({ risk }: PlannedTask, doubt: string): AskedRisk {
  return {
    score: Math.max(askedScore, risk?.score ?? 0),
    factors: risk?.factors ?? [],
    reasons: [doubt, ...(risk?.reasons ?? [])],
    ungranted: true,
  };
}

function withEffectKey(
  task: PlannedTask,
  earlier: PlannedTask,
  { begun }: ToldTask,
  { directiveId }: RetryFacts,
): PlannedTask {
  if (earlier.effectKey !== undefined) return { ...task, effectKey: earlier.effectKey };
  if (earlier.effect !== 'keyed' || earlier.forEach !== undefined || !begun) return task;
  return { ...task, effectKey: `${directiveId}.${formatTaskIndex(earlier.index)}` };
}
