export interface WindowFacts {
  /** Attempts that may be in the queue or at work now. */
  window: number;
  /** What the operator allows. */
  most: number;
  /** Jobs at work, and jobs in the queue that no worker has taken yet. */
  active: number;
  waiting: number;
}

/** A queue whose tasks stand in line begins with this. */
export const firstWindow = 128;
const least = 16;
/** Jobs that may wait beyond a round of the workers. */
const slack = 8;

/**
 * The next window of a queue in whose line tasks stand. What is in the queue cannot be overtaken, so it is kept as short as keeps the workers
 * busy: half a round to one round of what is at work. It grows fast, for idle workers cost more than a longer queue does.
 */
export function decideWindow({ window, most, active, waiting }: WindowFacts): number {
  if (waiting === 0 || waiting * 2 < active) return Math.min(most, window * 2);
  if (waiting > active + slack) return Math.min(most, Math.max(least, Math.ceil(window * 0.75)));
  return Math.min(most, window);
}
