import { CocError, type CheckpointView, type DirectiveView, type Plan, type RetryFrom } from '#libs/contracts';
import { decideRetry, hadSucceeded, type EarlierTask, type RetryDecision, type StoryFold } from '#libs/policy';
import type { KeptReader, KeptWork, RequestReader, StoryReader } from '#libs/state';
import type { CheckpointDesk } from './checkpoint.desk.js';

export interface ResumeOrder {
  from?: RetryFrom | undefined;
  checkpoint?: number | undefined;
}

/** A retry that goes on from a checkpoint. */
export interface Resumption {
  source: string;
  checkpoint: CheckpointView;
  earlier: EarlierTask[];
}

/** What of a plan is kept, and what the rest is told of the directive before. */
export interface Resumed extends RetryDecision {
  source: string;
  checkpoint: CheckpointView;
  story: StoryFold;
}

/** Decides what a retry takes over of the directive before, and takes it over. */
export class ResumeDesk {
  constructor(
    private readonly checkpoints: CheckpointDesk,
    private readonly stories: StoryReader,
    private readonly works: KeptReader,
    private readonly requests: Pick<RequestReader, 'onceOf'>,
  ) {}

  /** undefined when the retry begins at the start. Throws CHECKPOINT_UNUSABLE, REQUEST_INVALID, and NOT_FOUND for a checkpoint. */
  async open(
    view: DirectiveView,
    order: ResumeOrder,
    earlier: EarlierTask[] | undefined,
  ): Promise<Resumption | undefined> {
    if (fromOf(view, order) === 'start') {
      if (order.from === undefined) await this.requireNoDoubt(view.id);
      return undefined;
    }
    if (!earlier)
      throw unusable(
        `${view.id} has no task list: it is planned anew, so nothing of it can be kept; retry it from start`,
      );
    return { source: view.id, checkpoint: await this.checkpoints.pick(view, order.checkpoint), earlier };
  }

  /** Nobody said that all is to run again: what may have had its effect must not have it twice in silence. */
  private async requireNoDoubt(id: string): Promise<void> {
    const story = await this.stories.fold(id);
    const [first] = await this.requests.onceOf(id, story.mayHaveActed());
    if (first === undefined) return;
    const about = story.of(first).unsure
      ? 'was begun, and nobody knows whether it had its effect'
      : 'has had its effect, which would come twice';
    throw unusable(`"${first}" of ${id} ${about}; look, and retry from start to run all again`);
  }

  /** Throws CHECKPOINT_UNUSABLE when nothing would run. */
  async decide(plan: Plan, { source, checkpoint, earlier }: Resumption): Promise<Resumed> {
    const story = await this.stories.fold(source);
    const { seq } = checkpoint;
    const done = earlier.flatMap(({ task }) =>
      hadSucceeded(story.of(task.id), seq) ? [{ index: task.index, id: task.id }] : [],
    );
    const tooLarge = await this.works.tooLarge(source, done);
    const decision = decideRetry(plan, { directiveId: source, seq, earlier, story, tooLarge });
    if (decision.kept.length === plan.tasks.length)
      throw unusable(`all tasks of ${source} had succeeded by checkpoint ${checkpoint.number}; retry it from start`);
    return { ...decision, source, checkpoint, story };
  }

  /** Outputs and artifacts are copied first; the record of the new directive comes after them. */
  async takeOver(
    { source, checkpoint, kept, plan }: Resumed,
    target: { id: string; tenant: string },
  ): Promise<KeptWork | undefined> {
    if (kept.length === 0) return undefined;
    const tasks = kept.map((index) => ({ index, id: plan.tasks[index]!.id }));
    const work = await this.works.copy(source, tasks, { directiveId: target.id, tenant: target.tenant });
    return { ...work, origin: { from: source, checkpoint: checkpoint.number, seq: checkpoint.seq } };
  }
}

/** Who completed has nothing to go on with, and what is planned anew cannot: both begin at the start unless the client says otherwise. */
function fromOf({ kind, state }: DirectiveView, { from, checkpoint }: ResumeOrder): RetryFrom {
  if (checkpoint !== undefined && from === 'start') {
    const detail = 'from the start there is no checkpoint';
    throw new CocError('REQUEST_INVALID', detail, [{ pointer: '/checkpoint', code: 'REQUEST_INVALID', detail }]);
  }
  if (from !== undefined) return from;
  if (checkpoint !== undefined) return 'checkpoint';
  return kind === 'tasks' && state !== 'COMPLETED' ? 'checkpoint' : 'start';
}

function unusable(detail: string): CocError {
  return new CocError('CHECKPOINT_UNUSABLE', detail);
}
