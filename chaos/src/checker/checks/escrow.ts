import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { linesOf } from '../submissions.js';

const violation = violationOf('5 what a tenant drew and did not spend comes back');
const chargedPlace = 12;

/** When all rests, a tenant's day has spent what the tenant's directives were charged: nothing is still drawn. */
export function checkEscrow(evidence: Evidence): Violation[] {
  if (!linesOf(evidence, 'phase').some(({ phase }) => phase === 'drained')) return [];
  const days = Map.groupBy(evidence.spent, ({ tenant }) => tenant);
  return [...days].flatMap(([tenant, list]) => {
    const drawn = list.reduce((sum, { microUsd }) => sum + microUsd, 0);
    const charged = evidence.directives
      .filter(({ record }) => record['tenant'] === tenant)
      .reduce((sum, { record }) => sum + (JSON.parse(record['counts'] ?? '[]') as number[])[chargedPlace]!, 0);
    return drawn === charged
      ? []
      : [violation(null, null, `${tenant} has drawn ${drawn} micro-USD and was charged ${charged}`, list)];
  });
}
