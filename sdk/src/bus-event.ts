import type { DirectiveEvent } from '#libs/contracts';
import type { CocEvent } from '../chain-of-command.d.ts';

/** An event as subscribers get it; `taskId` is in `data` too, where programs written for the first orchestrator look for it. */
export function busEvent({ type, timestamp, directiveId, seq, task, data }: DirectiveEvent): CocEvent {
  return { type, timestamp, directiveId, seq, task, data: task === null ? data : { taskId: task, ...data } };
}
