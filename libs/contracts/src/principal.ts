import { z } from 'zod';

const roles = ['viewer', 'operator', 'approver', 'admin'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

export const TenantName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/);

/** Who asks. The tenant comes from the credential only, never from a body or a path. */
export const Principal = z.strictObject({
  tenant: TenantName,
  actor: z.string().min(1).max(200),
  roles: z.array(Role),
});
export type Principal = z.infer<typeof Principal>;

/** Who has the owner's key: the embedded default, where the operating system's user is the only user. */
export const localPrincipal: Principal = { tenant: 'local', actor: 'local', roles: ['admin'] };
