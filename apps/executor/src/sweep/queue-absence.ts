/** How a queue looks at one moment. */
export interface QueueSigns {
  /** Jobs that no worker has taken. */
  waiting: number;
  /** Jobs that workers hold. */
  atWork: number;
  /** Those that ended last; none when they were removed. */
  ended: readonly string[];
  /** A worker that limits its own rate has taken some lately, and takes no more for now. */
  isLimited: boolean;
}

interface Known {
  ended: readonly string[];
  /** For how long nothing was taken; undefined when something was, or when nothing waits. */
  stillMs: number | undefined;
  lookedAt: number;
}

/** A look that comes late, after an outage say, does not count for more than this: nobody knows what was between. */
const mostBetweenLooksMs = 3_000;

/**
 * Whether workers take jobs from a queue, from what the queue itself shows: so it holds for a worker in any language, and with Redis
 * servers that do not list their clients.
 */
export class QueueAbsence {
  private readonly queues = new Map<string, Known>();

  constructor(private readonly afterMs: number) {}

  /** `served` and `absent` only on evidence; what was not watched for long enough is `unknown`. `now` by a clock that never goes back. */
  look(queue: string, { waiting, atWork, ended, isLimited }: QueueSigns, now: number): 'served' | 'absent' | 'unknown' {
    const before = this.queues.get(queue);
    const hasEnded = before !== undefined && ended.some((jobId) => !before.ended.includes(jobId));
    const isServed = waiting === 0 || atWork > 0 || isLimited || hasEnded;
    const sinceBefore = before === undefined ? 0 : Math.min(now - before.lookedAt, mostBetweenLooksMs);
    const stillMs = isServed ? undefined : before?.stillMs === undefined ? 0 : before.stillMs + sinceBefore;
    this.queues.set(queue, { ended, stillMs, lookedAt: now });
    if (isServed) return 'served';
    return stillMs! >= this.afterMs ? 'absent' : 'unknown';
  }
}
