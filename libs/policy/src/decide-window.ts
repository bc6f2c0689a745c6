export interface WindowFacts {
  /** Attempts that may be in the queue or at work now. */
  window: number;
  /** What the operator allows. */
  most: number;
  /** Jobs at work, and jobs in the queue that no worker has taken yet. */
  active: number;
  waiting: number;
  /** Jobs that ended in the last second. */
  donePerS: number;
}

/** A queue whose tasks stand in line begins with this. */
export const firstWindow = 128;
const least = 16;
/** Jobs that may wait beyond a round of the workers. */
const slack = 8;
/** How long a job may wait in the queue, in seconds, however short the work is: a report and what follows from it take some of it. */
const waitS = 0.1;

/**
 * The next window of a queue in whose line tasks stand. What is in the queue cannot be overtaken, so it is kept as short as keeps the workers
 * busy: one round of what is at work, or what they do in 100 ms. It grows fast, for idle workers cost more than a longer queue does.
 */
export function decideWindow({ window, most, active, waiting, donePerS }: WindowFacts): number {
  const enough = Math.max(active + slack, Math.ceil(donePerS * waitS));
  const isServed = active > 0 || donePerS > 0;
  if (waiting === 0 || (isServed && waiting * 2 < enough)) return Math.min(most, window * 2);
  // No further than to `enough`: with many jobs on their way a quarter at once would leave the workers without any, and so on in turns.
  if (waiting > enough) return Math.min(most, Math.max(least, Math.ceil(window * 0.75), window - (waiting - enough)));
  return Math.min(most, window);
}
