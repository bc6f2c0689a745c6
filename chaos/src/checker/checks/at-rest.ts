import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { linesOf } from '../submissions.js';

const violation = violationOf('nothing is left at rest');

/** When every directive rests nothing is in flight, in line, on a worklist or set aside, and nobody has a place. */
export function checkAtRest(evidence: Evidence): Violation[] {
  const isAtRest = linesOf(evidence, 'phase').some(({ phase }) => phase === 'drained');
  if (!isAtRest) return [];
  return evidence.leftovers.map(({ key, members }) => violation(null, null, `${key} still has members`, members));
}
