import type { CrashRole } from './crash-role.js';

/** When a point is passed: in the first life of all and never again, at each start, or while the process works. */
export type Moment = 'first-life' | 'start' | 'work';

/** A place where a process of this role is made to die. */
export interface CrashPoint {
  role: CrashRole;
  point: string;
  moment: Moment;
}

/** How often a process passed each point in one life: until it had started, and until a scenario was over. */
export interface LifePassing {
  started: Record<string, number>;
  ended: Record<string, number>;
}

/** The first life of all, and a later one. */
export interface Passing {
  role: CrashRole;
  lives: readonly [LifePassing, LifePassing];
}

/** Not XREADGROUP, which takes what it reads. */
const reading =
  /^before (exists|get|hget|hgetall|hmget|hlen|hvals|llen|lrange|smembers|sismember|strlen|time|type|ttl|xinfo|xlen|xpending|xrange|xread|xrevrange|zcard|zcount|zrange|zrangebyscore|zrevrange|zscore)\b/;

function momentOf(point: string, [first, later]: Passing['lives']): Moment {
  if (later.ended[point] === undefined) return 'first-life';
  const isWork = [first, later].some(({ started, ended }) => (ended[point] ?? 0) > (started[point] ?? 0));
  return isWork ? 'work' : 'start';
}

/** All points that were passed. Whoever reads changes nothing, so without `bothSidesOfReads` the side before is left out. */
export function planCrashes(
  passings: readonly Passing[],
  { bothSidesOfReads }: { bothSidesOfReads: boolean },
): CrashPoint[] {
  return passings.flatMap((passing) =>
    [...new Set(passing.lives.flatMap(({ ended }) => Object.keys(ended)))]
      .filter((point) => bothSidesOfReads || !reading.test(point))
      .toSorted()
      .map((point) => ({ role: passing.role, point, moment: momentOf(point, passing.lives) })),
  );
}
