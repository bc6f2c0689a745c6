import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { linesOf, submissionsOf } from '../submissions.js';

const violation = violationOf('12 nothing of one tenant shows in another');

/** The word of each tenant stands in its own directives only, a worker is told whose work it does, and the API shows nobody another's. */
export function checkTenants(evidence: Evidence): Violation[] {
  return [...strayWords(evidence), ...wrongOwners(evidence), ...shownToOthers(evidence)];
}

function strayWords(evidence: Evidence): Violation[] {
  const words = new Map(
    linesOf(evidence, 'submit').map(({ tenant, body }) => [tenant, body.tasks[0]?.input?.['canary'] as string]),
  );
  return evidence.directives.flatMap((directive) => {
    const text = JSON.stringify(directive);
    return [...words]
      .filter(([tenant, word]) => word && tenant !== directive.record['tenant'] && text.includes(word))
      .map(([tenant]) => violation(directive.id, null, `it holds something of the tenant ${tenant}`, directive.record));
  });
}

function ownersOf(evidence: Evidence): Map<string, string> {
  return new Map(submissionsOf(evidence).flatMap(({ ids, submit }) => ids.map((id) => [id, submit.tenant] as const)));
}

function wrongOwners(evidence: Evidence): Violation[] {
  const owners = ownersOf(evidence);
  const said = [
    ...evidence.directives.map(({ id, record }) => ({ id, tenant: record['tenant'], line: record })),
    ...evidence.ledger.map((line) => ({ id: line.directive, tenant: line.tenant, line })),
  ];
  return said
    .filter(({ id, tenant }) => (owners.get(id) ?? tenant) !== tenant)
    .map(({ id, tenant, line }) => violation(id, null, `it is of ${owners.get(id)} and was called ${tenant}'s`, line));
}

function shownToOthers(evidence: Evidence): Violation[] {
  const owners = ownersOf(evidence);
  return linesOf(evidence, 'seen').flatMap(({ tenant, ids }) =>
    ids
      .filter((id) => (owners.get(id) ?? tenant) !== tenant)
      .map((id) => violation(id, null, `the API showed it to ${tenant}, and it is of ${owners.get(id)}`, { id })),
  );
}
