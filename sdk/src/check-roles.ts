import type { CocClient } from '#libs/client';
import { type ReadSpec, roleService } from './read-spec.js';
import { DirectiveRefusedError } from './sdk-error.js';

/** Throws ROLE_UNKNOWN for roles that no action of the catalog stands for; asks only when there are roles. */
export async function checkRoles(client: CocClient, roles: ReadSpec['roles']): Promise<void> {
  if (roles.length === 0) return;
  const prefix = `${roleService}.`;
  const actions = (await client.listActions()).map(({ name }) => name);
  const known = actions.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  const unknown = roles.filter(({ role }) => !known.includes(role));
  if (unknown.length === 0) return;
  const faults = unknown.map(({ pointer, role }) => ({
    pointer,
    code: 'ROLE_UNKNOWN',
    detail: `no action "${prefix}${role}" is in the catalog`,
  }));
  const names = [...new Set(unknown.map(({ role }) => `"${role}"`))].join(', ');
  const message = `ROLE_UNKNOWN: nobody has the role ${names}; the roles are: ${known.toSorted().join(', ') || 'none'}`;
  const next = `use one of them, or register the action "${prefix}<role>" (docs/typescript-api.md)`;
  throw new DirectiveRefusedError({ code: 'ROLE_UNKNOWN', message, next }, faults);
}
