import type { StoredEvent } from './evidence.js';

export const finalEvents: Readonly<Record<string, string>> = {
  'directive.completed': 'COMPLETED',
  'directive.failed': 'FAILED',
  'directive.cancelled': 'CANCELLED',
  'directive.timeout': 'TIMEOUT',
  'directive.stopped': 'STOPPED',
  'directive.orphaned': 'ORPHANED',
};

export const restingStates: readonly string[] = [...Object.values(finalEvents), 'PARTIALLY_COMPLETED'];

export const taskEnds: Readonly<Record<string, string>> = {
  'task.completed': 'succeeded',
  'task.failed': 'failed',
  'task.expired': 'expired',
  'task.cancelled': 'cancelled',
  'task.skipped': 'skipped',
};

/** Events that end an attempt without ending its task. An attempt may also be taken back, to ask a human about its input. */
const attemptEnds = new Set(['task.retried', 'task.held', 'task.approved']);

/** One attempt of a task, from its grant to whatever ended it. */
export interface StoryAttempt {
  task: string;
  attempt: number;
  queued: StoredEvent;
  ended: StoredEvent | undefined;
}

/** Every attempt that a story tells of, in the order of their grants. */
export function attemptsOf(events: readonly StoredEvent[]): StoryAttempt[] {
  const attempts: StoryAttempt[] = [];
  const live = new Map<string, StoryAttempt>();
  for (const event of events) {
    if (event.task === null) continue;
    if (event.type === 'task.queued') {
      const attempt = { task: event.task, attempt: Number(event.data['attempt']), queued: event, ended: undefined };
      attempts.push(attempt);
      live.set(event.task, attempt);
    } else if (event.type in taskEnds || attemptEnds.has(event.type)) {
      const attempt = live.get(event.task);
      if (attempt) attempt.ended = event;
      live.delete(event.task);
    }
  }
  return attempts;
}

/** An attempt that was never sent: its number is used again. */
export function wasTakenBack({ ended }: StoryAttempt): boolean {
  return ended !== undefined && (ended.type === 'task.approved' || ended.data['kind'] === 'approval');
}
