import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { keyOf, linesOf, submissionsOf } from '../submissions.js';

const violation = violationOf('7 accepted is never lost, one key is one directive');

/** What the client was told stands in Redis; a key gives one directive, however often it was sent; and nothing is there that nobody sent. */
export function checkAcceptedKept(evidence: Evidence): Violation[] {
  return [...lostOrDoubled(evidence), ...strangers(evidence), ...refusals(evidence)];
}

function lostOrDoubled(evidence: Evidence): Violation[] {
  const stored = new Set(evidence.directives.map(({ id }) => id));
  const owners = new Map<string, string>();
  return submissionsOf(evidence).flatMap(({ key, ids }) => {
    const distinct = [...new Set(ids)];
    const lost = distinct
      .filter((id) => !stored.has(id))
      .map((id) => violation(id, null, `it was accepted for ${key} and is gone`, ids));
    const shared = distinct
      .filter((id) => owners.has(id))
      .map((id) => violation(id, null, `it was answered to ${key} and to ${owners.get(id)}`, ids));
    for (const id of distinct) owners.set(id, key);
    const doubled =
      distinct.length > 1
        ? [violation(distinct[1]!, null, `the key ${key} gave ${distinct.length} directives`, ids)]
        : [];
    return [...lost, ...shared, ...doubled];
  });
}

function strangers(evidence: Evidence): Violation[] {
  const sent = new Set(linesOf(evidence, 'submit').map(({ key }) => key));
  const seen = new Set<string | undefined>();
  return evidence.directives.flatMap((directive) => {
    const key = keyOf(directive);
    const isAgain = seen.has(key);
    seen.add(key);
    if (key === undefined || !sent.has(key))
      return [violation(directive.id, null, 'nobody submitted it', directive.record)];
    return isAgain ? [violation(directive.id, null, `the key ${key} has a second directive`, directive.record)] : [];
  });
}

/** All that the load sends is in order. */
function refusals(evidence: Evidence): Violation[] {
  return linesOf(evidence, 'refused').map((line) =>
    violation(null, null, `a submit was refused with ${line.status}`, line),
  );
}
