import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isLoopback } from '#libs/config';
import { StartRefusal, TenantName } from '#libs/contracts';
import { z } from 'zod';

const algorithms = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA', 'HS256'] as const;

function isSafeUrl(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
}

const Issuer = z
  .strictObject({
    /** What the claim `iss` says, to the letter. */
    issuer: z.string().min(1),
    audience: z.string().min(1),
    /** The only one that is taken of this issuer, whatever a token says. */
    algorithm: z.enum(algorithms),
    jwksUrl: z.string().refine(isSafeUrl, 'must be https, or http on loopback').optional(),
    /** PEM of a public key or certificate, or a JSON Web Key Set; for HS256 the secret. Relative to the settings file. */
    keyFile: z.string().min(1).optional(),
    tenantClaim: z.string().min(1).default('tenant'),
    rolesClaim: z.string().min(1).default('roles'),
    /** The only tenants that it may speak for; without it, any but the installation's own. */
    tenants: z.array(TenantName).min(1).optional(),
  })
  .refine(
    ({ jwksUrl, keyFile }) => (jwksUrl === undefined) !== (keyFile === undefined),
    'needs jwksUrl or keyFile, one of them',
  )
  .refine(({ algorithm, keyFile }) => algorithm !== 'HS256' || keyFile !== undefined, 'HS256 needs a keyFile');
export type IssuerSettings = z.infer<typeof Issuer>;

const Issuers = z
  .array(Issuer)
  .min(1)
  .refine((all) => new Set(all.map(({ issuer }) => issuer)).size === all.length, 'an issuer stands there twice');

/** What COC_JWT_ISSUERS names, with the paths of key files made whole. Throws StartRefusal. */
export async function readIssuers(path: string): Promise<IssuerSettings[]> {
  const parsed = Issuers.safeParse(await readJson(path));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
    throw new StartRefusal(`COC_JWT_ISSUERS: ${path} is not as docs/identity.md says: ${faults.join('; ')}`);
  }
  const folder = dirname(path);
  return parsed.data.map((issuer) =>
    issuer.keyFile === undefined ? issuer : { ...issuer, keyFile: resolve(folder, issuer.keyFile) },
  );
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? 'it is not JSON';
    throw new StartRefusal(`COC_JWT_ISSUERS: ${path} cannot be read (${reason}).`, { cause });
  }
}
