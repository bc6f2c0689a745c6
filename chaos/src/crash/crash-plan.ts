import type { CrashRole } from './crash-lane.js';

/** When a point is passed: in the first life of all, at each start, or while the process works. */
export type Moment = 'first-life' | 'start' | 'work';

/** A place where a process of this role is made to die. */
export interface CrashPoint {
  role: CrashRole;
  point: string;
  moment: Moment;
}

/** How often a process passed its points: in its whole first life; in a later one until it had started, and until its scenario was over. */
export interface Passing {
  role: CrashRole;
  first: Record<string, number>;
  started: Record<string, number>;
  ended: Record<string, number>;
}

/** Not XREADGROUP, which takes what it reads. */
const reading =
  /^before (exists|get|hget|hgetall|hmget|hlen|hvals|llen|lrange|smembers|sismember|strlen|time|type|ttl|xinfo|xlen|xpending|xrange|xread|xrevrange|zcard|zcount|zrange|zrangebyscore|zrevrange|zscore)\b/;

function momentOf(point: string, { started, ended }: Passing): Moment {
  if (ended[point] === undefined) return 'first-life';
  return started[point] === ended[point] ? 'start' : 'work';
}

/** All points that were passed. Whoever reads changes nothing, so without `bothSidesOfReads` the side before is left out. */
export function planCrashes(
  passings: readonly Passing[],
  { bothSidesOfReads }: { bothSidesOfReads: boolean },
): CrashPoint[] {
  return passings.flatMap((passing) =>
    [...new Set([...Object.keys(passing.first), ...Object.keys(passing.ended)])]
      .filter((point) => bothSidesOfReads || !reading.test(point))
      .toSorted()
      .map((point) => ({ role: passing.role, point, moment: momentOf(point, passing) })),
  );
}

/** Takes turns over the roles, so that no lane kills the same process all the time. */
export function inTurns(points: readonly CrashPoint[]): CrashPoint[] {
  const piles = [...Map.groupBy(points, ({ role }) => role).values()];
  const placed = piles.flatMap((pile) => pile.map((point, at) => ({ point, place: (at + 0.5) / pile.length })));
  return placed.toSorted((a, b) => a.place - b.place).map(({ point }) => point);
}
