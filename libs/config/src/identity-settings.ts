import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';

const blankIsUnset = (value: unknown): unknown => (value === '' ? undefined : value);
const text = z.preprocess(blankIsUnset, z.string().optional());
const perMinute = (fallback: number) => z.coerce.number().int().min(0).max(100_000_000).default(fallback);
const flag = z
  .enum(['0', '1', 'true', 'false', ''])
  .default('')
  .transform((word) => word === '1' || word === 'true');

const isOrigin = (origin: string): boolean => URL.parse(origin)?.origin === origin;

const origins = z
  .string()
  .default('')
  .transform((list) => list.split(',').flatMap((part) => part.trim() || []))
  .refine((list) => list.every(isOrigin), 'must be origins such as https://app.example, with commas in between');

/** Who may call the API, and how often. */
export const identityVariables = {
  COC_AUTH: z
    .enum(['local', 'keys'])
    .default('local')
    .describe(
      'local: the API listens on loopback only; keys: it may listen on a network, where everybody has a key or a token of their own.',
    ),
  COC_OWNER_KEY_FILE: text.describe(
    "File with the owner's key, readable by its owner only; not set, owner.key in COC_DATA_DIR, made at the first start.",
  ),
  COC_JWT_ISSUERS: text.describe('JSON file that names the issuers whose tokens are taken (docs/identity.md).'),
  COC_CORS_ORIGINS: origins.describe('Origins whose pages may call the API from a browser, with commas in between.'),
  COC_RATE_ACTOR: perMinute(30_000).describe('Requests a minute of one key or token subject; 0: no limit.'),
  COC_RATE_TENANT: perMinute(120_000).describe('Requests a minute of one tenant; 0: no limit.'),
  COC_RATE_ADDRESS: perMinute(120_000).describe('Requests a minute from one address; 0: no limit, as behind a proxy.'),
  COC_RATE_REFUSED: perMinute(60).describe('Refused credentials a minute from one address; 0: no limit.'),
  COC_RATE_OWNER: flag.describe("1: the limits are for the owner's key too."),
};
const IdentityVariables = z.object(identityVariables);
type Raw = z.output<typeof IdentityVariables>;

export interface IdentitySettings {
  mode: 'local' | 'keys';
  ownerKeyFile: string;
  /** Named by a setting, so it is not ours to make. */
  isOwnerKeyGiven: boolean;
  jwtIssuersFile: string | undefined;
  corsOrigins: string[];
  /** Requests a minute; 0 is no limit. */
  rates: { actor: number; tenant: number; address: number; refused: number };
  limitsOwner: boolean;
}

export function identitySettings(raw: Raw, dataDir: string): IdentitySettings {
  return {
    mode: raw.COC_AUTH,
    ownerKeyFile: raw.COC_OWNER_KEY_FILE ?? ownerKeyFile(dataDir),
    isOwnerKeyGiven: raw.COC_OWNER_KEY_FILE !== undefined,
    jwtIssuersFile: raw.COC_JWT_ISSUERS,
    corsOrigins: raw.COC_CORS_ORIGINS,
    rates: {
      actor: raw.COC_RATE_ACTOR,
      tenant: raw.COC_RATE_TENANT,
      address: raw.COC_RATE_ADDRESS,
      refused: raw.COC_RATE_REFUSED,
    },
    limitsOwner: raw.COC_RATE_OWNER,
  };
}

/** Where a data folder has the owner's key. */
export function ownerKeyFile(dataDir: string): string {
  return join(dataDir, 'owner.key');
}

/** Whether nobody but this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (isIP(bare) === 4) return bare.startsWith('127.');
  return bare === 'localhost' || bare === '::1';
}
