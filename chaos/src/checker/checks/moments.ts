import { checkMoment } from '../check-moment.js';
import type { Evidence, Glimpse, Violation } from '../evidence.js';

/** What was true at the end was not always so: a directive that was read in the middle of its life did not add up. */
export function checkMoments(evidence: Evidence): Violation[] {
  const history = evidence.history.filter(({ kind }) => kind === 'submit' || kind === 'catalog');
  return evidence.glimpses
    .filter((glimpse): glimpse is Extract<Glimpse, { what: 'directive' }> => glimpse.what === 'directive')
    .flatMap(({ directive }) => checkMoment(directive, history))
    .map((violation) => ({ ...violation, message: `in the middle of its life ${violation.message}` }));
}
