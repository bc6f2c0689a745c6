import { z } from 'zod';
import { Role, TenantName } from './principal.js';

/** Also the name by which whoever has the key acts. */
export const KeyName = z.string().regex(/^[\w.@-]{1,100}$/, '1 to 100 letters, digits, "_", ".", "@" and "-"');

const maxKeyLifeMs = 10 * 366 * 24 * 3_600_000;

export const CreateKey = z
  .strictObject({
    name: KeyName,
    roles: z
      .array(Role)
      .min(1)
      .max(Role.options.length)
      .refine((roles) => new Set(roles).size === roles.length, 'a role stands there twice'),
    /** Only for the owner's key: another tenant than its own. */
    tenant: TenantName.optional(),
    /** How long it is good for; without it, until it is revoked. */
    expiresInMs: z.int().min(1_000).max(maxKeyLifeMs).optional(),
  })
  .meta({ id: 'CreateKey' });
export type CreateKey = z.infer<typeof CreateKey>;

export const KeyView = z
  .strictObject({
    id: z.string(),
    name: KeyName,
    tenant: TenantName,
    roles: z.array(Role),
    createdAt: z.iso.datetime(),
    createdBy: z.string(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    /** To the minute. */
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'KeyView' });
export type KeyView = z.infer<typeof KeyView>;

/** `key` is the secret itself; no later answer has it. */
export const CreatedKey = z.strictObject({ ...KeyView.shape, key: z.string() }).meta({ id: 'CreatedKey' });
export type CreatedKey = z.infer<typeof CreatedKey>;

export const KeyList = z
  .strictObject({ items: z.array(KeyView), nextCursor: z.string().nullable() })
  .meta({ id: 'KeyList' });
export type KeyList = z.infer<typeof KeyList>;
